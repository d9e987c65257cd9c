"""Reference pages that are made from the code; `python -m docs.generator` writes them anew."""
