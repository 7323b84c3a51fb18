"""Who must hear of it, and when: rules, incidents, the outbox, one module per channel."""
