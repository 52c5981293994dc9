"""Where usage comes from: one file per source, one line here."""
