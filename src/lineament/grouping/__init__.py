"""An album grouped by person, their number unknown: neighbours, links, groups, sheets."""
