"""`python -m lineament` is the `lineament` command."""

from lineament.cli.main import main

if __name__ == "__main__":
    main()
