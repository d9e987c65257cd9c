"""What is made from the code: reference pages, the outputs' JSON schema, the TypeScript wrapper;
`python -m docs.generator` writes them anew.
"""
