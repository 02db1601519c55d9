#pragma once

#include <string_view>

namespace berth::shells {

/// What PowerShell runs for as long as it lives, after `$__berth` has been given its `commands` and
/// `status` paths. It stands in the scope the user's commands are dot-sourced into, so all it has
/// is in `$__berth`, and cmdlets, which a user's function might hide, are called by their module's
/// name.
inline constexpr std::string_view kPowerShellLoop = R"ps1(
$ProgressPreference = 'SilentlyContinue'
$__berth.utf8 = New-Object Text.UTF8Encoding $false
# Without a console there is nothing to set, and nothing to wrap or color for either.
try { [Console]::InputEncoding = [Console]::OutputEncoding = $__berth.utf8 } catch { }
$OutputEncoding = $__berth.utf8
if ($PSStyle) { $PSStyle.OutputRendering = 'PlainText' }
$__berth.width = 512
$__berth.ok = $true

$__berth.open = {
  param($path, $direction)
  if ($path -like '\\.\pipe\*') {
    $stream = New-Object IO.Pipes.NamedPipeClientStream @('.', $path.Substring(9), $direction)
    $stream.Connect(10000)
  } elseif ($direction -eq 'In') {
    $stream = New-Object IO.FileStream @($path, 'Open', 'Read', 'ReadWrite')
  } else {
    $stream = New-Object IO.FileStream @($path, 'Open', 'Write', 'ReadWrite')
  }
  $stream
}

$__berth.writer = {
  param($path)
  $writer = New-Object IO.StreamWriter @((& $__berth.open $path 'Out'), $__berth.utf8)
  $writer.AutoFlush = $true
  $writer.NewLine = "`n"
  $writer
}

$__berth.report = {
  param($kind)
  $report = [ordered]@{
    kind = $kind
    nonce = $__berth.request.nonce
    ok = [bool]$__berth.ok
    code = $__berth.code
    cwd = (Microsoft.PowerShell.Management\Get-Location -PSProvider FileSystem).ProviderPath
    version = $PSVersionTable.PSVersion.ToString()
  }
  $writer = & $__berth.writer $__berth.status
  $writer.WriteLine((Microsoft.PowerShell.Utility\ConvertTo-Json $report -Compress))
  $writer.Dispose()
}

# Writes what comes down the pipeline, of all streams, to the two of the command.
$__berth.write = {
  begin {
    $format = { Microsoft.PowerShell.Utility\Out-String -Stream -Width $__berth.width }.GetSteppablePipeline()
    $format.Begin($true)
  }
  process {
    if ($_ -is [Management.Automation.ErrorRecord]) {
      if ($_.FullyQualifiedErrorId -like 'NativeCommandError*') {
        $__berth.err.WriteLine([string]$_)
      } else {
        $__berth.err.Write(($_ | Microsoft.PowerShell.Utility\Out-String -Width $__berth.width))
      }
    } elseif ($_ -is [string]) {
      $__berth.out.WriteLine($_)
    } elseif ($_ -is [Management.Automation.WarningRecord]) {
      $__berth.out.WriteLine('WARNING: ' + $_.Message)
    } elseif ($_ -is [Management.Automation.VerboseRecord]) {
      $__berth.out.WriteLine('VERBOSE: ' + $_.Message)
    } elseif ($_ -is [Management.Automation.DebugRecord]) {
      $__berth.out.WriteLine('DEBUG: ' + $_.Message)
    } elseif ($_ -is [Management.Automation.InformationRecord]) {
      $__berth.out.Write([string]$_)
      if (-not $_.MessageData.NoNewLine) { $__berth.out.WriteLine() }
    } else {
      foreach ($line in $format.Process($_)) { $__berth.out.WriteLine($line.TrimEnd()) }
    }
  }
  end {
    foreach ($line in $format.End()) { $__berth.out.WriteLine($line.TrimEnd()) }
  }
}

$__berth.set = {
  foreach ($variable in $__berth.request.env) {
    $__berth.was[$variable.name] = [Environment]::GetEnvironmentVariable($variable.name)
    [Environment]::SetEnvironmentVariable($variable.name, $variable.value)
  }
  if ($__berth.request.cwd) {
    Microsoft.PowerShell.Management\Set-Location -LiteralPath $__berth.request.cwd -ErrorAction Stop
  }
}

$__berth.reset = {
  foreach ($name in $__berth.was.Keys) {
    $value = $__berth.was[$name]
    if ($null -eq $value) { $value = [NullString]::Value }
    [Environment]::SetEnvironmentVariable($name, $value)
  }
  if ($__berth.request.home) {
    Microsoft.PowerShell.Management\Set-Location -LiteralPath $__berth.request.home -ErrorAction SilentlyContinue
  }
}

$__berth.lines = New-Object IO.StreamReader @((& $__berth.open $__berth.commands 'In'), $__berth.utf8)
while ($null -ne ($__berth.line = $__berth.lines.ReadLine())) {
  $__berth.request = Microsoft.PowerShell.Utility\ConvertFrom-Json $__berth.line
  $__berth.was = @{}
  if ($__berth.request.do -eq 'greet') {
    & $__berth.report 'R'
    continue
  }
  if ($__berth.request.do -eq 'report') {
    & $__berth.reset
    & $__berth.report 'D'
    continue
  }
  $__berth.ok = $true
  $__berth.code = $null
  if ($__berth.request.do -eq 'prepare') {
    try {
      & $__berth.set
      & $__berth.report 'S'
    } catch {
      $__berth.ok = $false
    }
    & $__berth.report 'D'
    continue
  }
  try {
    & $__berth.set
    $__berth.out = & $__berth.writer $__berth.request.stdout
    $__berth.err = & $__berth.writer $__berth.request.stderr
    & $__berth.report 'S'
    $global:LASTEXITCODE = $null
    # The status is taken inside the block, where it is still the command's. Two line breaks, for a
    # backtick at its end takes one.
    $__berth.text = [IO.File]::ReadAllText($__berth.request.script, $__berth.utf8)
    $null = [ScriptBlock]::Create($__berth.text)
    $__berth.block = [ScriptBlock]::Create($__berth.text + "`n`n" + '$__berth.ok = $?')
    # A break or continue outside of a loop looks for one here: it gets this.
    do {
      if ($__berth.request.stdin) {
        [IO.File]::ReadLines($__berth.request.stdin) | . $__berth.block *>&1 | & $__berth.write
      } else {
        . $__berth.block *>&1 | & $__berth.write
      }
    } while ($false)
  } catch {
    $__berth.ok = $false
    if ($__berth.err) {
      $__berth.err.Write(($_ | Microsoft.PowerShell.Utility\Out-String -Width $__berth.width))
    }
  } finally {
    $__berth.code = $global:LASTEXITCODE
    if ($__berth.out) { $__berth.out.Dispose() }
    if ($__berth.err) { $__berth.err.Dispose() }
    $__berth.out = $__berth.err = $null
    & $__berth.reset
  }
  & $__berth.report 'D'
}
)ps1";

}  // namespace berth::shells
