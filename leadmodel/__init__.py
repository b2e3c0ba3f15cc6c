"""The lead model: from the mirror's dated facts to persons, cycles and spans."""
