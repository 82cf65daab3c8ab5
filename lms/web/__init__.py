"""What all pages share: templates, assets, headers, error pages, navigation."""
