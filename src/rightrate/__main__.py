"""`python -m rightrate` is the command `rightrate`."""

from rightrate.cli import main

main()
