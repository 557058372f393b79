/** The completion of a program for zsh, for a folder of `fpath` or to be sourced. */
export function zshScript(program: string, ask: string): string {
  return `#compdef ${program}
# Completion of ${program} for zsh.
_${program}() {
  local -a lines texts shown
  local line text paths
  local -i width=0
  lines=("\${(@0)$(command ${ask} complete --for=zsh -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null </dev/null)}")
  paths=$lines[1]
  for line in "\${(@)lines[2,-1]}"; do
    [[ -n $line ]] || continue
    text=\${line%%$'\\t'*}
    texts+=("$text")
    text=\${text//$'\\n'/ }
    (( \${#text} > width )) && width=\${#text}
  done
  (( width > 40 )) && width=40
  for line in "\${(@)lines[2,-1]}"; do
    [[ -n $line ]] || continue
    text=\${\${line%%$'\\t'*}//$'\\n'/ }
    if [[ $line == *$'\\t'* ]]; then
      (( \${#text} < width )) && text=\${(r:width:)text}
      text+="  -- \${line#*$'\\t'}"
    fi
    shown+=("$text")
  done
  (( $#texts )) && compadd -V ${program} -l -d shown -a -- texts
  case $paths in
    files) compset -P '--*=' ; _files ;;
    folders) compset -P '--*=' ; _files -/ ;;
    *) (( $#texts )) ;;
  esac
}
if [[ \${zsh_eval_context[-1]} == loadautofunc ]]; then
  _${program} "$@"
else
  compdef _${program} ${program}
fi
`;
}
