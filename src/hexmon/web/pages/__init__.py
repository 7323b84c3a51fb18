"""One module per page for people; each has one handler and draws one template."""
