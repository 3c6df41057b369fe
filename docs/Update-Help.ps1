<#
.SYNOPSIS
Makes the module's help file from the pages.

.DESCRIPTION
Turns docs/en-US/*.md into docs/maml/en-US/TcpChat.PowerShell.dll-Help.xml with Microsoft.PowerShell.PlatyPS, and puts
the result into the shape that Get-Help shows well: the code of an example as code, paragraphs without fixed line
breaks, tables as lists. The about topics in docs/maml/en-US are written by hand and left alone.

.PARAMETER Check
Writes nothing. Compares the committed file with what the pages give, and ends with exit code 1 when they differ.

.EXAMPLE
./docs/Update-Help.ps1

.EXAMPLE
./docs/Update-Help.ps1 -Check
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [switch] $Check
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$pages = Join-Path $PSScriptRoot 'en-US'
$committed = Join-Path $PSScriptRoot 'maml/en-US/TcpChat.PowerShell.dll-Help.xml'
$maml = 'http://schemas.microsoft.com/maml/2004/10'
$dev = 'http://schemas.microsoft.com/maml/dev/2004/10'

function ConvertTo-PlainText {
    # Markdown as plain text: without marks, a paragraph or a list item in one line, a table's row as a list item.
    param([string] $Markdown)

    $lines = [Collections.Generic.List[string]]::new()
    $isHeader = $true
    $goesOn = $false
    foreach ($line in $Markdown -split '\r?\n') {
        $text = ($line -replace '`([^`]+)`', '$1' -replace '\*\*([^*]+)\*\*', '$1').Trim()
        if ($text.StartsWith('|')) {
            if (-not $isHeader -and $text -notmatch '^[|\s:-]+$') {
                $first, $rest = $text.Trim('|').Split('|').Trim()
                $lines.Add("- ${first}: $($rest -join '. ')")
            }

            $isHeader = $false
            $goesOn = $false
            continue
        }

        $isHeader = $true
        if ($text -eq '' -or $text.StartsWith('- ') -or -not $goesOn) {
            $lines.Add($text)
        }
        else {
            $lines[$lines.Count - 1] += " $text"
        }

        $goesOn = $text -ne ''
    }

    ($lines -join "`n").Trim()
}

function Add-Paragraph {
    param([Xml.XmlElement] $Parent, [string] $Text)

    $paragraph = $Parent.OwnerDocument.CreateElement('maml', 'para', $maml)
    $paragraph.InnerText = $Text
    $null = $Parent.AppendChild($paragraph)
}

function Convert-Example {
    # An example comes as paragraphs of markdown; code, what it shows and the remarks each have a place of their own.
    param([Xml.XmlElement] $Example)

    $introduction = $Example['maml:introduction']
    $code = $Example['dev:code']
    $remarks = $Example['dev:remarks']
    $markdown = @($introduction.ChildNodes.InnerText) -join "`n`n"
    $introduction.RemoveAll()

    $parts = [regex]::Split($markdown, '(?ms)^(```[a-z]*\r?\n.*?^```)$')
    foreach ($part in $parts) {
        if ($part -match '(?s)^```(\w*)\r?\n(.*?)\r?\n?```$') {
            if ($Matches[1] -eq 'powershell') {
                $code.InnerText = $Matches[2]
            }
            else {
                Add-Paragraph $remarks $Matches[2]
            }
        }
        elseif ($part -match '[^\s\u0080]') {
            $parent = $code.InnerText ? $remarks : $introduction
            Add-Paragraph $parent (ConvertTo-PlainText ($part -replace '\u0080'))
        }
    }
}

function Convert-Help {
    param([xml] $Document)

    foreach ($example in @($Document.GetElementsByTagName('command:example'))) {
        Convert-Example $example
    }

    foreach ($paragraph in @($Document.GetElementsByTagName('maml:para'))) {
        if ($paragraph.ParentNode.ParentNode.Name -ne 'command:example') {
            $paragraph.InnerText = ConvertTo-PlainText $paragraph.InnerText
        }
    }

    # A link to another page is its name here, and a link to nowhere is none.
    foreach ($link in @($Document.GetElementsByTagName('maml:navigationLink'))) {
        $uri = $link['maml:uri']
        if ($link['maml:linkText'].InnerText -eq 'Online Version' -and -not $uri.InnerText) {
            $null = $link.ParentNode.RemoveChild($link)
        }
        elseif ($uri.InnerText -notmatch '^https?:') {
            $uri.InnerText = ''
        }
    }
}

function Add-DefaultValue {
    # The export leaves the defaults out.
    param([xml] $Document, [object[]] $CommandHelp)

    foreach ($command in @($Document.GetElementsByTagName('command:command'))) {
        $help = $CommandHelp | Where-Object Title -EQ $command['command:details']['command:name'].InnerText
        foreach ($parameter in $command['command:parameters'].ChildNodes) {
            $default = ($help.Parameters | Where-Object Name -EQ $parameter['maml:name'].InnerText).DefaultValue
            if ($default) {
                $element = $Document.CreateElement('dev', 'defaultValue', $dev)
                $element.InnerText = $default
                $null = $parameter.AppendChild($element)
            }
        }
    }
}

function Export-Help {
    param([string] $Path, [string] $WorkFolder)

    $commandHelp = Measure-PlatyPSMarkdown -Path (Join-Path $pages '*.md') |
        Where-Object Filetype -Match 'CommandHelp' |
        Import-MarkdownCommandHelp -Path { $_.FilePath }
    $commandHelp |
        Export-MamlCommandHelp -OutputFolder $WorkFolder -WhatIf:$false -Confirm:$false |
        Out-Null

    # The output is nested by the module's name.
    $exported = @(Get-ChildItem -Path $WorkFolder -Recurse -Filter '*-Help.xml')
    if ($exported.Count -ne 1) {
        throw "The pages gave $($exported.Count) help files, not 1. Has every page the same 'external help file'?"
    }

    $document = [xml]::new()
    $document.Load($exported[0].FullName)
    Convert-Help $document
    Add-DefaultValue $document $commandHelp
    $settings = [Xml.XmlWriterSettings]@{
        Indent          = $true
        NewLineChars    = "`n"
        NewLineHandling = 'Replace'
        Encoding        = [Text.UTF8Encoding]::new($false)
    }
    $writer = [Xml.XmlWriter]::Create($Path, $settings)
    try {
        $document.Save($writer)
    }
    finally {
        $writer.Dispose()
    }

    [IO.File]::AppendAllText($Path, "`n")
}

function Get-ComparableText {
    # Line endings and generated dates make no difference.
    param([string] $Path)

    $text = [IO.File]::ReadAllText($Path) -replace '\r\n?', "`n"
    $text -replace '(?m)^\s*<!--.*-->\s*$' -replace '\d{2}/\d{2}/\d{4}( \d{2}:\d{2}:\d{2})?' | ForEach-Object Trim
}

if (-not (Get-Module -ListAvailable -Name Microsoft.PowerShell.PlatyPS | Where-Object Version -GE '1.0.0')) {
    throw 'The help is made with Microsoft.PowerShell.PlatyPS 1.0 or later, which is not installed. ' +
        'Install it with: Install-PSResource Microsoft.PowerShell.PlatyPS'
}

Import-Module Microsoft.PowerShell.PlatyPS -MinimumVersion 1.0.0
$workFolder = Join-Path ([IO.Path]::GetTempPath()) "TcpChat-help-$([guid]::NewGuid().ToString('n'))"
$null = New-Item -ItemType Directory -Path $workFolder -WhatIf:$false -Confirm:$false
try {
    $made = Join-Path $workFolder 'made.xml'
    Export-Help -Path $made -WorkFolder (Join-Path $workFolder 'export')
    $isSame = (Test-Path $committed) -and (Get-ComparableText $committed) -ceq (Get-ComparableText $made)
    if ($Check) {
        if (-not $isSame) {
            Write-Error "$committed is not what the pages give. Run docs/Update-Help.ps1 and commit the result." -ErrorAction Continue
            exit 1
        }

        Write-Verbose 'The help file is what the pages give.'
    }
    elseif (-not $isSame -and $PSCmdlet.ShouldProcess($committed, 'Write the help made from the pages')) {
        $null = New-Item -ItemType Directory -Path (Split-Path $committed) -Force
        Copy-Item -Path $made -Destination $committed
    }
}
finally {
    Remove-Item -Path $workFolder -Recurse -Force -WhatIf:$false -Confirm:$false
}
