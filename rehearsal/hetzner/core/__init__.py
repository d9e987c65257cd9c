"""What all kinds of resources share: errors, bodies, lists, actions, routes."""
