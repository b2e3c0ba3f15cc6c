"""Who stands over a rep, among the users of this app: the nearest manager first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from base.models import Role, User
from leadmodel.access import visible_reps
from leadmodel.lifecycle.settings import ModelSettings


def managers_above(reps: Collection[str], settings: ModelSettings) -> Mapping[str, Sequence[Sequence[int]]]:
    """Of each rep the managers who see their people, as users' Ids: those who see fewest first, equals together.

    Who sees whom is what pages go by (`access`), so whoever is told of somebody may also look. Nobody is their own
    manager.
    """
    levels: dict[str, dict[int, list[int]]] = {rep: defaultdict(list) for rep in reps}
    managers = User.objects.filter(role=Role.MANAGER, is_active=True, salesforce_id__isnull=False)
    for manager in managers.order_by("pk"):
        seen = visible_reps(manager, settings=settings) or frozenset()
        for rep in levels.keys() & seen - {manager.salesforce_id}:
            levels[rep][len(seen)].append(manager.pk)
    return {rep: [found[size] for size in sorted(found)] for rep, found in levels.items()}
