"""What the tap records: connections and exchanges, as the dependency's protocol makes them."""
