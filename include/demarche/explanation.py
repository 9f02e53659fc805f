"""Explanation: how a text was read, shown so that a person can judge it."""
