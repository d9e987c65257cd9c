"""What both packs share: how a rule is declared, how it reads a registration, how Pulumi runs it.

A pack sees only its own folder, so each holds this one as a link, `rules/framework`.
"""
