"""Recovery after a killed or failed run: what Hetzner holds and the state does not know, what to do
about it, and doing it.

`project` asks Hetzner, `deployment` reads and edits the state's text, `decide` compares both and is
pure, `carry_out` acts in an order that a second kill does no harm to. `engine` reaches the state of
the real engine; the rehearsal brings its own. Why by label and not by trust in the state: ADR 9.
"""
