/** The completion of a program for fish. */
export function fishScript(program: string, ask: string): string {
  return `# Completion of ${program} for fish.
function __${program}_completion
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l plain (string unescape -- $current 2>/dev/null)
    test (count $plain) -gt 0; or set plain $current
    set -l answer (command ${ask} complete --for=fish -- $words[2..-1] "$plain" 2>/dev/null </dev/null | string split0)
    set -l head (string match -r -- '^--[a-z-]+=' $current)
    test (count $head) -gt 0; or set head ''
    set -l path (string replace -r -- '^--[a-z-]+=' '' $current)
    switch "$answer[1]"
        case files
            printf '%s\\0' $head(__fish_complete_path "$path")
        case folders
            printf '%s\\0' $head(__fish_complete_directories "$path")
    end | string split0
    printf '%s\\0' $answer[2..-1] | string split0
end
complete -c ${program} -f -k -a '(__${program}_completion)'
`;
}
