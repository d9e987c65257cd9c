"""Policy packs, run through Pulumi's own analyzer protocol."""
