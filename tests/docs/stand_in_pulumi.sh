#!/bin/sh
# The Pulumi CLI in the documents' commands: see stand_in_pulumi.py.
here=$(dirname "$0")
exec "$here/python-of-the-tests" "$here/stand_in_pulumi.py" "$@"
