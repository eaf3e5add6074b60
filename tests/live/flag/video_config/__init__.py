"""The platform's app of this label, as far as the flag goes."""
