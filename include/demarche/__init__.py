"""Demarche reads the news and keeps a warehouse of diplomatic events, each with its evidence."""
