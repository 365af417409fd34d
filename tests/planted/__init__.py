"""Proof of the gap register: defects planted in clean made-up cities must be found, and clean cities must raise nothing."""
