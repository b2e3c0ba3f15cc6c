"""What the API answers about outbound pulls."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class PullDayShape(serializers.Serializer[Any]):
    """A rep's day."""

    day = serializers.DateField(read_only=True, help_text="By the rep's own clock.")
    kind = serializers.ChoiceField(choices=["worked", "off", "running", "elsewhere"], read_only=True)
    pulls = serializers.IntegerField(read_only=True)
    in_rates = serializers.IntegerField(read_only=True, help_text="Those that were not withdrawn.")
    qualified = serializers.IntegerField(read_only=True)
    place = serializers.ChoiceField(
        choices=["under", "within", "over"],
        read_only=True,
        allow_null=True,
        help_text="Null: no day of work.",
    )


class PullerShape(serializers.Serializer[Any]):
    """A rep of an outbound team, and every day of the period."""

    rep = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    team = serializers.CharField(read_only=True)
    days = PullDayShape(many=True, read_only=True)


class PullList(serializers.Serializer[Any]):
    """Outbound pulls by rep and day, and the band they are held against, both ends included."""

    first = serializers.DateField(read_only=True)
    until = serializers.DateField(read_only=True, help_text="Not included.")
    at_least = serializers.IntegerField(read_only=True)
    at_most = serializers.IntegerField(read_only=True)
    left_out = serializers.IntegerField(read_only=True, help_text="Pulls that exceptions left out.")
    results = PullerShape(many=True, read_only=True)
