/** The completion of a program for bash 3.2 and newer; needs nothing but bash. */
export function bashScript(program: string, ask: string): string {
  return `# Completion of ${program} for bash.
_${program}_completion() {
  local answer paths word
  COMPREPLY=()
  answer=$(command ${ask} complete --for=bash --breaks="$COMP_WORDBREAKS" -- "\${COMP_LINE:0:$COMP_POINT}" 2>/dev/null </dev/null)
  {
    IFS= read -r paths
    while IFS= read -r word; do COMPREPLY+=("$word"); done
  } <<<"$answer"
  # In bash 3.2, which has no compopt, names of files are offered where nothing else is.
  type compopt >/dev/null 2>&1 || return 0
  case $paths in
    files) ;;
    folders) compopt +o default +o bashdefault -o dirnames ;;
    *) compopt +o default +o bashdefault ;;
  esac
}
complete -o nosort -o bashdefault -o default -F _${program}_completion ${program} 2>/dev/null ||
  complete -o bashdefault -o default -F _${program}_completion ${program}
`;
}
