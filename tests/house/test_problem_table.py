import importlib
import pkgutil
from collections import Counter

import zerofee.adapters
import zerofee.application
import zerofee.domain
import zerofee.entrypoints.http
from zerofee.domain.errors import DomainError
from zerofee.entrypoints.http.problems import KINDS

SERVED = (zerofee.domain, zerofee.application, zerofee.adapters, zerofee.entrypoints.http)


def everything_imported() -> None:
    """Import each module that serves requests, so that every refusal there is has been defined."""
    for package in SERVED:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)


def refusals(root: type[DomainError] = DomainError) -> set[type[DomainError]]:
    """Find every kind of refusal, with those below it."""
    below = root.__subclasses__()
    return set(below).union(*map(refusals, below))


def test_every_refusal_has_its_status() -> None:
    everything_imported()
    ours = {refusal for refusal in refusals() if refusal.__module__.startswith("zerofee.")}

    assert ours
    assert sorted(refusal.__qualname__ for refusal in ours - set(KINDS)) == []


def test_no_two_refusals_have_one_code() -> None:
    """The code is what apps match on, and the name of the error's page."""
    counted = Counter(refusal.code for refusal in KINDS)

    assert [code for code, times in counted.items() if times > 1] == []


def test_every_refusal_says_what_it_means() -> None:
    assert [refusal.__name__ for refusal in KINDS if not refusal.__doc__] == []


def test_a_status_is_a_clients_fault_or_passes_by_itself() -> None:
    for kind in KINDS.values():
        assert 400 <= kind.status < 500 or (kind.status, kind.retry_after_s) == (503, 1)
