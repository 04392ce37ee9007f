"""The command: one small module per subcommand, and the printers they share."""
