"""Make `python -m zerofee` the same as the command `zerofee`."""

from zerofee.entrypoints.cli.main import main

if __name__ == "__main__":
    main()
