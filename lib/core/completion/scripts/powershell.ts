/** The completion of a program for Windows PowerShell 5.1 and PowerShell 7. Words go both ways encoded, as ASCII. */
export function powershellScript(program: string, ask: string): string {
  return `# Completion of ${program} for PowerShell.
Register-ArgumentCompleter -Native -CommandName '${program}' -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object {
      if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value }
      else { $_.Extent.Text }
    })
  $current = "$wordToComplete" -replace '^[''"]', '' -replace '[''"]$', ''
  $encoded = @(@($words) + @($current) | ForEach-Object { '=' + [Uri]::EscapeDataString($_) })
  $program = Get-Command -Name 'agentlb' -CommandType Application -ErrorAction SilentlyContinue |
    Select-Object -First 1
  if ($null -eq $program) { return }
  $answer = @(& $program${ask} complete '--for=powershell' '--' $encoded 2>$null)
  if ($answer.Count -eq 1 -and $answer[0] -eq 'none') { return '' }
  $answer | Select-Object -Skip 1 | ForEach-Object {
    $text, $shown, $about = $_ -split ' ' | ForEach-Object { [Uri]::UnescapeDataString($_) }
    New-Object System.Management.Automation.CompletionResult $text, $shown, 'ParameterValue', $about
  }
}
`;
}
