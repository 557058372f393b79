<#
.SYNOPSIS
Installs agentlb, cap and clb for you alone, without administrator rights, and says what it did.

.DESCRIPTION
powershell -ExecutionPolicy Bypass -File install.ps1 -Base https://...
powershell -ExecutionPolicy Bypass -File install.ps1 -Uninstall

For Windows PowerShell 5.1 and PowerShell 7. .agentlb, where sessions and logins are, is never touched.

.PARAMETER Base
Where the release is: https://..., or a folder of this machine (else AGENTLB_RELEASE_BASE, else what this script was
released with).

.PARAMETER From
The agentlb.exe in this folder instead: dist, after npm run build.

.PARAMETER To
The folder for the programs (%LOCALAPPDATA%\Programs\agentlb).

.PARAMETER Version
This version or none.

.PARAMETER Target
For another machine than this one seems to be: windows-x64, windows-arm64.

.PARAMETER Force
Also where the cap.cmd or clb.cmd that is there is another program: it is kept as cap.cmd.before. With -Uninstall, also
what was changed since.

.PARAMETER Insecure
http:// also from another machine than this one.

.PARAMETER NoPath
Leaves your PATH as it is.

.PARAMETER DryRun
Says what would be done, and does nothing.

.PARAMETER Uninstall
Removes what was installed and puts back what was there before.
#>
[CmdletBinding()]
param(
  [string]$Base = '',
  [string]$From = '',
  [string]$To = '',
  [string]$Version = '',
  [string]$Target = '',
  [switch]$Force,
  [switch]$Insecure,
  [switch]$NoPath,
  [switch]$DryRun,
  [switch]$Uninstall
)

# Where releases are. Filled in when a release is made.
$ReleaseBase = ''

# Everything is in one function, and the last lines call it: half a script does nothing, and none of it stays behind.
function Install-Agentlb {
  Set-StrictMode -Version 2.0
  $ErrorActionPreference = 'Stop'
  $ProgressPreference = 'SilentlyContinue' # it makes Windows PowerShell download many times slower

  $names = @('agentlb.exe', 'cap.cmd', 'clb.cmd')

  function Stop-Install([string]$Message, [string]$Hint) {
    $failure = New-Object System.InvalidOperationException $Message
    $failure.Data['hint'] = $Hint
    throw $failure
  }

  function Get-Sum([string]$Path) {
    (Get-FileHash -LiteralPath $Path -Algorithm SHA256).Hash.ToLowerInvariant()
  }

  # The lines of the receipt: "checksum  path", "kept  path" or "path  folder".
  function Read-Receipt {
    if (Test-Path -LiteralPath $receipt) {
      [IO.File]::ReadAllLines($receipt) | Where-Object { $_ -match '^\S+  .' }
    }
  }

  function Write-Receipt([string[]]$Lines) {
    $null = New-Item -ItemType Directory -Force -Path (Split-Path -Parent $receipt)
    $first = '# What install.ps1 installed; install.ps1 -Uninstall removes it.'
    [IO.File]::WriteAllLines("$receipt.new", [string[]](@($first) + $Lines))
    Move-Item -LiteralPath "$receipt.new" -Destination $receipt -Force
  }

  # Whether a file is as we installed it.
  function Test-Ours([string]$Path) {
    @(Read-Receipt) -contains "$(Get-Sum $Path)  $Path"
  }

  # Only https, a folder, or this machine itself: a checksum that came the same open way proves nothing.
  function Resolve-Base([string]$Given) {
    if ($Given -eq '') {
      Stop-Install 'Cannot install: nobody said where the release is' '-Base URL, or AGENTLB_RELEASE_BASE'
    }
    if ($Given -notmatch '^https?://') {
      if (Test-Path -LiteralPath $Given -PathType Container) {
        return (Resolve-Path -LiteralPath $Given).ProviderPath
      }
      Stop-Install "Cannot install from ${Given}: neither https:// nor a folder that is there" ''
    }
    $uri = $null
    if (-not [Uri]::TryCreate($Given, [UriKind]::Absolute, [ref]$uri)) {
      Stop-Install 'Cannot install: what was said is no URL' ''
    }
    if ($uri.UserInfo -ne '') {
      Stop-Install 'Cannot install from a URL with a login in it: other users could see it' ''
    }
    if ($uri.Scheme -eq 'http' -and -not $uri.IsLoopback -and -not $Insecure) {
      Stop-Install "Cannot install from ${Given}: what comes by http:// can be changed on its way" `
        'use https://, or -Insecure if you trust the way'
    }
    return $Given.TrimEnd('/')
  }

  # The build for this machine. A process may run as one of another kind; the registry knows the machine.
  function Get-Target {
    $key = 'HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager\Environment'
    $machine = (Get-ItemProperty -LiteralPath $key).PROCESSOR_ARCHITECTURE
    if ($machine -eq 'AMD64') { return 'windows-x64' }
    if ($machine -eq 'ARM64') { return 'windows-arm64' }
    Stop-Install "Cannot install on ${machine}: agentlb is built for Windows on x64 and arm64" `
      'agentlb.js of the npm package runs wherever Node 20.16 does'
  }

  # The names of other programs that are in the way and are to be kept.
  function Get-Kept {
    foreach ($name in $names) {
      $path = Join-Path $To $name
      if (-not (Test-Path -LiteralPath $path)) { continue }
      if (Test-Path -LiteralPath $path -PathType Container) {
        Stop-Install "Cannot install ${path}: what is there is no program" 'move it away, or -To DIR installs elsewhere'
      }
      if (Test-Ours $path) { continue }
      # An agentlb is an agentlb, also an older one; but cap is the name of other people's programs too.
      if ($name -ne 'agentlb.exe' -and -not $Force) {
        Stop-Install "Cannot install ${path}: another program of that name is there" `
          "-To DIR installs elsewhere; -Force keeps that program as $name.before"
      }
      if (Test-Path -LiteralPath "$path.before") {
        Stop-Install "Cannot keep ${path}: there is an older $name.before already" 'move one of them away'
      }
      $name
    }
  }

  function Get-ReleaseFile([string]$Name, [string]$File) {
    try {
      if ($Base -match '^https?://') {
        Invoke-WebRequest -Uri "$Base/$Name" -OutFile $File -UseBasicParsing
      }
      else {
        Copy-Item -LiteralPath (Join-Path $Base $Name) -Destination $File
      }
    }
    catch {
      Stop-Install "Cannot get $Base/${Name}: $($_.Exception.Message)" 'nothing was installed'
    }
  }

  # The line of SHA256SUMS that is about our archive.
  function Find-Archive([string]$SumsFile) {
    $pattern = '^(?<sum>[0-9A-Fa-f]{64}) [ *](?<name>agentlb-(?<version>[0-9][0-9A-Za-z.+-]*)-' +
      [regex]::Escape($Target) + '\.zip)$'
    $found = @()
    foreach ($line in [IO.File]::ReadAllLines($SumsFile)) {
      $match = [regex]::Match($line, $pattern)
      if (-not $match.Success) { continue }
      if ($Version -ne '' -and $match.Groups['version'].Value -ne $Version) { continue }
      $found += @{
        Name = $match.Groups['name'].Value
        Version = $match.Groups['version'].Value
        Sum = $match.Groups['sum'].Value.ToLowerInvariant()
      }
    }
    if ($found.Count -eq 0) {
      Stop-Install "Cannot install: SHA256SUMS of $Base names no agentlb $Version for $Target" ''
    }
    if ($found.Count -gt 1) {
      Stop-Install "Cannot choose between $($found[0].Name) and $($found[1].Name)" '-Version X chooses'
    }
    return $found[0]
  }

  # Unpacks into $work and lets the program run once: a build for another machine is better met here than later.
  function Expand-Release($Archive, [string]$Work) {
    Expand-Archive -LiteralPath (Join-Path $Work $Archive.Name) -DestinationPath (Join-Path $Work 'unpacked')
    $folder = Join-Path (Join-Path $Work 'unpacked') ($Archive.Name -replace '\.zip$', '')
    foreach ($name in $names) {
      if (-not (Test-Path -LiteralPath (Join-Path $folder $name) -PathType Leaf)) {
        Stop-Install "Cannot install $($Archive.Name): there is no $name in it" ''
      }
    }
    Test-Program $folder $Archive.Name '-Target NAME chooses another build; nothing was installed'
    return $folder
  }

  function Test-Program([string]$Folder, [string]$Name, [string]$Hint) {
    try {
      $null = & (Join-Path $Folder 'agentlb.exe') --version
    }
    catch {
      Stop-Install "Cannot install ${Name}: it doesn't run here: $($_.Exception.Message)" $Hint
    }
    if ($LASTEXITCODE -ne 0) {
      Stop-Install "Cannot install ${Name}: it doesn't run here: it ended with $LASTEXITCODE" $Hint
    }
  }

  # A build has the program; its other names are commands beside it, as in a release.
  function Copy-Build([string]$Work) {
    $program = Join-Path $From 'agentlb.exe'
    if (-not (Test-Path -LiteralPath $program -PathType Leaf)) {
      Stop-Install "Cannot install from ${From}: there is no agentlb.exe in it" `
        'npm ci; npm run build makes one, in dist'
    }
    $folder = Join-Path $Work 'unpacked'
    $null = New-Item -ItemType Directory -Force -Path $folder
    Copy-Item -LiteralPath $program -Destination (Join-Path $folder 'agentlb.exe')
    foreach ($name in @('cap', 'clb')) {
      [IO.File]::WriteAllText((Join-Path $folder "$name.cmd"), "@`"%~dp0agentlb.exe`" $name %*`r`n")
    }
    Test-Program $folder $program 'build it on this machine: npm run build; nothing was installed'
    return $folder
  }

  # Moves everything into place: all of it or nothing. A program that runs can be moved, but not written over.
  function Move-IntoPlace([string]$Folder, [string[]]$Kept, [string]$Work) {
    $was = Join-Path $Work 'was'
    $null = New-Item -ItemType Directory -Path $was
    $placed = @()
    try {
      $sums = @()
      foreach ($name in $names) {
        $path = Join-Path $To $name
        $sums += "$(Get-Sum (Join-Path $Folder $name))  $path"
        if (Test-Path -LiteralPath $path) {
          if ($Kept -contains $name) { Copy-Item -LiteralPath $path -Destination "$path.before" }
          [IO.File]::Move($path, (Join-Path $was $name))
        }
        $placed += $name
        [IO.File]::Move((Join-Path $Folder $name), $path)
      }
      $paths = @($names | ForEach-Object { Join-Path $To $_ })
      $others = @(Read-Receipt | Where-Object { $paths -notcontains ($_ -replace '^\S+  ', '') })
      $keptLines = @($Kept | ForEach-Object { "kept  $(Join-Path $To $_).before" })
      Write-Receipt (@($others) + $keptLines + $sums)
    }
    catch {
      foreach ($name in $placed) {
        $path = Join-Path $To $name
        if (Test-Path -LiteralPath (Join-Path $was $name)) {
          if (Test-Path -LiteralPath $path) { [IO.File]::Delete($path) }
          [IO.File]::Move((Join-Path $was $name), $path)
        }
        elseif (Test-Path -LiteralPath (Join-Path $Folder $name)) { continue }
        else { [IO.File]::Delete($path) }
      }
      foreach ($name in $Kept) { [IO.File]::Delete("$(Join-Path $To $name).before") }
      Stop-Install "Cannot install into ${To}: $($_.Exception.Message)" 'nothing was installed'
    }
  }

  # Folders of unfinished work. A program that still runs can't be removed: a later install or uninstall does it.
  function Remove-Leftovers([string]$Work) {
    $folders = @()
    if ($Work -ne '') { $folders += $Work }
    if (Test-Path -LiteralPath $To) {
      $folders += @(Get-ChildItem -LiteralPath $To -Filter '.agentlb-install-*' -Directory -Force |
        ForEach-Object { $_.FullName })
    }
    foreach ($folder in $folders) {
      Remove-Item -LiteralPath $folder -Recurse -Force -ErrorAction SilentlyContinue
    }
  }

  function Remove-IfEmpty([string]$Folder) {
    if ((Test-Path -LiteralPath $Folder) -and @(Get-ChildItem -LiteralPath $Folder -Force).Count -eq 0) {
      Remove-Item -LiteralPath $Folder -ErrorAction SilentlyContinue
    }
  }

  # Edits your PATH as the registry has it, with names of variables in it as they are. Returns whether that changed it.
  function Edit-UserPath([scriptblock]$Edit) {
    $key = [Microsoft.Win32.Registry]::CurrentUser.OpenSubKey('Environment', $true)
    try {
      $old = [string]$key.GetValue('Path', '', [Microsoft.Win32.RegistryValueOptions]::DoNotExpandEnvironmentNames)
      $folders = @($old -split ';' | Where-Object { $_ -ne '' })
      $new = (@(& $Edit $folders) -join ';')
      if ($new -ne ($folders -join ';')) {
        $kind = [Microsoft.Win32.RegistryValueKind]::ExpandString
        if ($old -ne '') { $kind = $key.GetValueKind('Path') }
        $key.SetValue('Path', $new, $kind)
        # Deleting what isn't there tells running programs, such as Explorer, that the environment has changed.
        [Environment]::SetEnvironmentVariable('AGENTLB_INSTALLED', $null, 'User')
        return $true
      }
      return $false
    }
    finally {
      $key.Close()
    }
  }

  function Add-ToPath {
    $isThere = @($env:Path -split ';' | ForEach-Object { $_.TrimEnd('\') }) -contains $To
    if ($isThere) { return }
    if ($NoPath) {
      Write-Host "$To is not on PATH"
      return
    }
    $isNew = Edit-UserPath { param($folders) @($folders | Where-Object { $_.TrimEnd('\') -ne $To }) + $To }
    $env:Path = "$env:Path;$To"
    if ($isNew) {
      Write-Receipt (@(Read-Receipt | Where-Object { $_ -ne "path  $To" }) + "path  $To")
      Write-Host "added $To to your PATH; programs that run already don't know yet"
    }
  }

  function Install-Release {
    if ($From -eq '') {
      $Base = Resolve-Base $Base
      if ($Target -eq '') { $Target = Get-Target }
    }
    $null = Get-Kept
    $work = Join-Path $To ".agentlb-install-$PID"
    if ($DryRun) { $work = Join-Path ([IO.Path]::GetTempPath()) "agentlb-install-$PID" }
    try {
      try {
        $null = New-Item -ItemType Directory -Force -Path $work
      }
      catch {
        Stop-Install "Cannot install into ${To}: $($_.Exception.Message)" '-To DIR installs elsewhere'
      }
      $archive = $null
      $source = "copy $(Join-Path $From 'agentlb.exe')"
      if ($From -eq '') {
        Get-ReleaseFile 'SHA256SUMS' (Join-Path $work 'SHA256SUMS')
        $archive = Find-Archive (Join-Path $work 'SHA256SUMS')
        $source = "download $Base/$($archive.Name)"
      }
      if ($DryRun) {
        Write-Host "would $source"
        foreach ($name in $names) { Write-Host "would install $(Join-Path $To $name)" }
        foreach ($name in @(Get-Kept)) { Write-Host "would keep the $name that is there as $name.before" }
        if (-not $NoPath) { Write-Host "would add $To to your PATH where it is not yet there" }
        return
      }
      if ($null -eq $archive) {
        $folder = Copy-Build $work
        $what = "agentlb (from $From)"
      }
      else {
        Write-Host "downloading $($archive.Name)"
        $file = Join-Path $work $archive.Name
        Get-ReleaseFile $archive.Name $file
        if ((Get-Sum $file) -ne $archive.Sum) {
          Stop-Install "Cannot install $($archive.Name): what came is not what SHA256SUMS says" `
            'try again; nothing was installed'
        }
        $folder = Expand-Release $archive $work
        $what = "agentlb $($archive.Version) ($Target)"
      }
      $kept = @(Get-Kept)
      Move-IntoPlace $folder $kept $work
      Write-Host "installed ${what}:"
      foreach ($name in $names) { Write-Host "  $(Join-Path $To $name)" }
      foreach ($name in $kept) { Write-Host "kept the $name that was there as $(Join-Path $To $name).before" }
      Add-ToPath
      Write-Host 'to complete command lines, add to $PROFILE:'
      foreach ($name in @('agentlb', 'cap', 'clb')) {
        Write-Host "  $name completion powershell | Out-String | Invoke-Expression"
      }
    }
    finally {
      Remove-Leftovers $work
      Remove-IfEmpty $To
    }
  }

  # Removes what is as we installed it, names what is not, and puts back what was there before.
  function Uninstall-Release([bool]$Everywhere) {
    if (-not (Test-Path -LiteralPath $receipt)) {
      Stop-Install "Cannot uninstall: $receipt, which would say what was installed, is not there" ''
    }
    $rest = @()
    $failed = $false
    $lines = @(Read-Receipt)
    # What was kept comes last: its place must be free by then.
    $ordered = @($lines | Where-Object { $_ -notmatch '^kept  ' }) + @($lines | Where-Object { $_ -match '^kept  ' })
    foreach ($line in $ordered) {
      $kind = ($line -split '  ', 2)[0]
      $path = ($line -split '  ', 2)[1]
      $folder = $path
      if ($kind -ne 'path') { $folder = Split-Path -Parent $path }
      if (-not $Everywhere -and $folder -ne $To) {
        $rest += $line
        continue
      }
      try {
        if ($kind -eq 'path') {
          if ($DryRun) { Write-Host "would take $path off your PATH" }
          elseif (Edit-UserPath { param($folders) @($folders | Where-Object { $_ -ne $path }) }) {
            Write-Host "took $path off your PATH"
          }
        }
        elseif ($kind -eq 'kept') {
          $first = $path -replace '\.before$', ''
          if (-not (Test-Path -LiteralPath $path)) { continue }
          if ($DryRun) { Write-Host "would put back $first, which was there before" }
          else {
            [IO.File]::Move($path, $first)
            Write-Host "put back $first, which was there before"
          }
        }
        elseif (-not (Test-Path -LiteralPath $path)) {
          Write-Host "already gone: $path"
        }
        elseif (-not $Force -and -not (Test-Ours $path)) {
          Stop-Install "it was changed since; -Force removes it" ''
        }
        elseif ($DryRun) {
          Write-Host "would remove $path"
        }
        else {
          [IO.File]::Delete($path)
          Write-Host "removed $path"
        }
      }
      catch {
        [Console]::Error.WriteLine("install.ps1: error: Cannot undo ${path}: $($_.Exception.GetBaseException().Message)")
        $rest += $line
        $failed = $true
      }
    }
    if (-not $DryRun) {
      if ($rest.Count -gt 0) { Write-Receipt $rest } else { Remove-Item -LiteralPath $receipt }
      Remove-Leftovers ''
      Remove-IfEmpty $To
      Remove-IfEmpty (Split-Path -Parent $receipt)
    }
    Write-Host '.agentlb, where sessions and logins are, was not touched'
    if ($failed) { Stop-Install 'Cannot uninstall everything' 'end what still runs, and try again' }
  }

  if ($PSVersionTable.PSVersion.Major -ge 6 -and -not $IsWindows) {
    Stop-Install 'Cannot install with this script but on Windows' 'use install.sh'
  }
  # By itself Windows PowerShell may offer nothing newer than TLS 1.0; 3072 is TLS 1.2.
  [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor 3072
  $receipt = Join-Path $env:LOCALAPPDATA 'agentlb\install'
  $isEverywhere = $To -eq ''
  if ($isEverywhere) { $To = Join-Path $env:LOCALAPPDATA 'Programs\agentlb' }
  $To = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($To).TrimEnd('\')
  if ($To.Contains(';')) { Stop-Install 'Cannot install into a folder with a semicolon in its name' '' }
  $Version = $Version -replace '^v', ''
  if ($Base -eq '' -and $env:AGENTLB_RELEASE_BASE) { $Base = $env:AGENTLB_RELEASE_BASE }
  if ($Base -eq '') { $Base = $ReleaseBase }
  if ($Uninstall) { Uninstall-Release $isEverywhere } else { Install-Release }
}

try {
  Install-Agentlb
}
catch {
  [Console]::Error.WriteLine("install.ps1: error: $($_.Exception.Message)")
  if ($_.Exception.Data['hint']) { [Console]::Error.WriteLine("install.ps1: hint: $($_.Exception.Data['hint'])") }
  # Not where the text of this script was typed or piped into a shell: that would end the shell.
  if ($PSCommandPath) { exit 1 }
}
