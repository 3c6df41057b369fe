# All rules of severity Error and Warning, those that the PowerShell Gallery checks among them.
@{
    Severity            = @('Error', 'Warning')
    IncludeDefaultRules = $true
    ExcludeRules        = @(
        # Files are UTF-8 without a byte order mark (.editorconfig), which is what PowerShell 7 reads.
        'PSUseBOMForUnicodeEncodedFile'
        # Does not see that a script's parameter is used by one of its functions.
        'PSReviewUnusedParameter'
    )
}
