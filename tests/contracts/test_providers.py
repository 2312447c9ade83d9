"""Every provider keeps every promise: a new one joins by a class here."""

import pytest

from tests.contracts.provider_scenes import hub2_scene, local_scene, pawapay_scene, paypal_scene, stripe_scene
from zerofee.testing.provider_contract import CallingProviderContract, ProviderContract
from zerofee.testing.provider_scene import ProviderScene


class TestTheTestProvider(ProviderContract):
    @pytest.fixture
    def scene(self) -> ProviderScene:
        return local_scene()


class TestStripe(CallingProviderContract):
    @pytest.fixture
    def scene(self) -> ProviderScene:
        return stripe_scene()


class TestPayPal(CallingProviderContract):
    @pytest.fixture
    def scene(self) -> ProviderScene:
        return paypal_scene()


class TestHub2(CallingProviderContract):
    @pytest.fixture
    def scene(self) -> ProviderScene:
        return hub2_scene()


class TestPawapay(CallingProviderContract):
    @pytest.fixture
    def scene(self) -> ProviderScene:
        return pawapay_scene()
