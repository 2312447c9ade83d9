"""Stripe's words for a no, each in exactly one class: what they prove, and how they read in ours."""

from collections.abc import Mapping
from typing import Final

from zerofee.domain.failure import FailureCode
from zerofee.domain.outcome import Declined, Refused, Unknown

_C = FailureCode

# Nothing was made, and Stripe says what to mend. The long list at the end is of codes that other products have and
# that our calls should never meet; they are a plain refusal all the same.
# Source: docs.stripe.com, "Error codes"; the enum of PaymentIntent.last_payment_error.code, 2026-10-28.endive.
REFUSALS: Final[Mapping[str, FailureCode]] = {
    code: ours
    for ours, codes in {
        _C.INVALID_CREDENTIALS: """
            account_invalid api_key_expired livemode_mismatch platform_account_required platform_api_key_expired
            secret_key_required testmode_charges_only
        """,
        _C.PROVIDER_UNAVAILABLE: """
            lock_timeout payment_intent_rate_limit_exceeded rate_limit
        """,
        _C.UNSUPPORTED: """
            amount_too_large amount_too_small capability_not_active charge_exceeds_transaction_limit
            charge_not_refundable country_unsupported not_allowed_on_standard_account
            payment_intent_incompatible_payment_method payment_method_currency_mismatch payment_method_not_available
            payment_method_unactivated payment_method_unsupported_type sepa_unsupported_account state_unsupported
            three_d_secure_authentication_not_supported tls_version_unsupported
        """,
        _C.INSUFFICIENT_FUNDS: "balance_insufficient",
        _C.DUPLICATE: "resource_already_exists token_already_used token_in_use",
        _C.INVALID_REQUEST: """
            account_country_invalid_address account_error_country_change_requires_additional_steps
            account_information_mismatch account_token_required_for_v2_account acss_debit_session_incomplete
            alipay_upgrade_required application_fees_not_allowed approval_required balance_invalid_parameter
            bank_account_exists billing_invalid_mandate bitcoin_upgrade_required cardholder_phone_number_required
            charge_disputed charge_invalid_parameter clearing_code_unsupported country_code_invalid coupon_expired
            customer_max_payment_methods customer_max_subscriptions customer_session_expired
            customer_tax_location_invalid dispute_evidence_page_limit_exceeded email_invalid failed_tax_calculation
            financial_account_balance_does_not_support_currency financial_account_capability_not_enabled
            financial_account_capability_restricted financial_connections_account_inactive
            financial_connections_account_pending_account_numbers
            financial_connections_account_unavailable_account_numbers
            financial_connections_consent_locale_invalid financial_connections_consent_locale_unsupported
            financial_connections_no_successful_transaction_refresh forwarding_api_inactive
            forwarding_api_invalid_parameter india_recurring_payment_mandate_canceled
            instant_payouts_config_disabled instant_payouts_currency_disabled instant_payouts_limit_exceeded
            instant_payouts_unsupported intent_verification_method_missing invalid_canceled_subscription_fields
            invalid_characters invalid_charge_amount invalid_mandate_reference_prefix_format invalid_source_usage
            invalid_tax_location invoice_no_customer_line_items invoice_no_payment_method_types
            invoice_no_subscription_line_items invoice_not_editable invoice_on_behalf_of_not_editable
            invoice_payment_intent_requires_action invoice_upcoming_none missing out_of_inventory
            ownership_declaration_not_allowed parameter_invalid_empty parameter_invalid_integer
            parameter_invalid_string_blank parameter_invalid_string_empty parameter_missing parameter_unknown
            parameters_exclusive payment_evaluation_on_api_version_not_supported payment_intent_invalid_parameter
            payment_intent_mandate_invalid payment_method_bank_account_already_verified
            payment_method_billing_details_address_missing payment_method_configuration_failures
            payment_method_invalid_parameter payment_method_invalid_parameter_testmode
            payment_method_microdeposit_verification_amounts_invalid
            payment_method_microdeposit_verification_descriptor_code_mismatch payment_method_unexpected_state
            payout_reconciliation_not_ready payouts_limit_exceeded payouts_not_allowed postal_code_invalid
            product_inactive progressive_onboarding_limit_exceeded refund_disputed_payment resource_missing
            return_intent_already_processed routing_number_invalid
            service_period_coupon_with_metered_tiered_item_unsupported setup_intent_invalid_parameter
            setup_intent_mandate_invalid setup_intent_mobile_wallet_unsupported setup_intent_unexpected_state
            shipping_address_invalid shipping_calculation_failed siret_invalid sku_inactive
            smart_disputes_not_available storer_capability_missing storer_capability_not_active stripe_tax_inactive
            subscription_update_trial_after_billing_cycle_anchor tax_id_invalid tax_id_prohibited
            taxes_calculation_failed terminal_location_country_unsupported terminal_reader_busy
            terminal_reader_hardware_fault terminal_reader_invalid_location_for_activation
            terminal_reader_invalid_location_for_payment terminal_reader_offline token_card_network_invalid
            transfer_source_balance_parameters_mismatch transfers_not_allowed url_invalid
        """,
    }.items()
    for code in codes.split()
}

# The payer's side said no. Soft is what a second provider's line to the same bank may not hear.
DECLINES: Final[Mapping[str, tuple[FailureCode, bool]]] = {
    code: (ours, soft)
    for ours, soft, codes in (
        (_C.DECLINED, True, "card_declined payment_method_provider_decline processing_error"),
        (
            _C.DECLINED,
            False,
            """
            bank_account_declined debit_not_authorized payment_intent_konbini_rejected_confirmation_number
            payment_intent_payment_attempt_failed refer_to_customer setup_attempt_failed
            """,
        ),
        (_C.INSUFFICIENT_FUNDS, False, "insufficient_funds"),
        (_C.CUSTOMER_REJECTED, False, "payment_method_customer_decline"),
        (
            _C.AUTHENTICATION_FAILED,
            False,
            """
            authentication_failure authentication_required payment_intent_action_required
            payment_intent_authentication_failure payment_method_microdeposit_failed
            payment_method_microdeposit_processing_error payment_method_microdeposit_verification_amounts_mismatch
            payment_method_microdeposit_verification_attempts_exceeded
            payment_method_microdeposit_verification_timeout setup_intent_authentication_failure
            """,
        ),
        (
            _C.INVALID_PAYER,
            False,
            """
            account_closed account_number_invalid bank_account_bad_routing_numbers bank_account_restricted
            bank_account_unusable bank_account_unverified bank_account_verification_failed incorrect_address
            incorrect_cvc incorrect_number incorrect_postal_code incorrect_zip invalid_card_type invalid_cvc
            invalid_number no_account payment_method_bank_account_blocked payment_method_restricted
            """,
        ),
        (_C.LIMIT_EXCEEDED, False, "card_decline_rate_limit_exceeded charge_exceeds_source_limit"),
        (
            _C.EXPIRED_INSTRUMENT,
            False,
            "expired_card expired_payment_method invalid_expiry_month invalid_expiry_year",
        ),
        (_C.FRAUD_SUSPECTED, False, "action_blocked anomalous_money_movement_request request_blocked"),
        (_C.TIMED_OUT, False, "payment_intent_payment_attempt_expired setup_intent_setup_attempt_expired"),
    )
    for code in codes.split()
}

# A no to this call because the thing is no longer what we took it for: only reading it again tells the truth.
MOVED: Final = frozenset(
    [
        "capture_charge_authorization_expired",
        "capture_unauthorized_payment",
        "charge_already_captured",
        "charge_already_refunded",
        "charge_expired_for_capture",
        "intent_invalid_state",
        "payment_intent_unexpected_state",
        "status_transition_invalid",
    ]
)

# Somebody further on was asked, or is being asked, and the answer is not there.
UNCLEAR: Final = frozenset(
    [
        "forwarding_api_retryable_upstream_error",
        "forwarding_api_upstream_connection_error",
        "forwarding_api_upstream_connection_timeout",
        "forwarding_api_upstream_error",
        "idempotency_key_in_use",
        "payment_method_provider_timeout",
        "terminal_reader_timeout",
        "three_d_secure_authentication_upstream_error",
    ]
)

# What stands in `decline_code` beside `card_declined` and its kin: the bank's own reason.
# Source: docs.stripe.com, "Stripe decline codes"; those that it has deprecated are kept, as old versions send them.
DECLINE_CODES: Final[Mapping[str, tuple[FailureCode, bool]]] = {
    code: (ours, soft)
    for ours, soft, codes in (
        (
            _C.DECLINED,
            True,
            """
            approve_with_id call_issuer card_not_supported currency_not_supported do_not_honor generic_decline
            invalid_amount issuer_not_available no_action_taken not_permitted processing_error reenter_transaction
            service_not_allowed transaction_not_allowed try_again_later
            """,
        ),
        (
            _C.DECLINED,
            False,
            """
            do_not_try_again previously_declined_do_not_retry revocation_of_all_authorizations
            revocation_of_authorization stop_payment_order testmode_decline
            """,
        ),
        (_C.DUPLICATE, False, "duplicate_transaction"),
        (_C.INSUFFICIENT_FUNDS, False, "insufficient_funds"),
        (
            _C.AUTHENTICATION_FAILED,
            False,
            """
            authentication_not_handled authentication_required incorrect_pin invalid_pin
            mobile_device_authentication_required offline_pin_required online_or_offline_pin_required
            pin_try_exceeded
            """,
        ),
        (
            _C.INVALID_PAYER,
            False,
            """
            incorrect_address incorrect_cvc incorrect_number incorrect_zip invalid_account invalid_cvc
            invalid_number new_account_information_available restricted_card
            """,
        ),
        (_C.LIMIT_EXCEEDED, False, "card_velocity_exceeded withdrawal_count_limit_exceeded"),
        (_C.EXPIRED_INSTRUMENT, False, "expired_card invalid_expiry_month invalid_expiry_year"),
        (
            _C.FRAUD_SUSPECTED,
            False,
            "fraudulent highest_risk_level lost_card merchant_blacklist pickup_card security_violation stolen_card",
        ),
    )
    for code in codes.split()
}

# Why a refund that Stripe had taken did not reach the payer. Source: docs.stripe.com, "The Refund object".
REFUND_FAILURES: Final[Mapping[str, FailureCode]] = {
    "charge_for_pending_refund_disputed": _C.DECLINED,
    "declined": _C.DECLINED,
    "expired_or_canceled_card": _C.EXPIRED_INSTRUMENT,
    "insufficient_funds": _C.INSUFFICIENT_FUNDS,
    "lost_or_stolen_card": _C.INVALID_PAYER,
    "merchant_request": _C.DECLINED,
    "unknown": _C.UNKNOWN,
}


def declined(code: str | None, decline_code: str | None, message: str, reference: str | None = None) -> Declined:
    """Read a card's no; the bank's own reason comes first, and a word in no table is the plain, hard one."""
    table, said = (DECLINE_CODES, decline_code) if decline_code else (DECLINES, code)
    ours, soft = table.get(said or "", (FailureCode.DECLINED, False))
    return Declined(ours, message, said, soft=soft, reference=reference)


def refused(code: str | None) -> Refused | Unknown:
    """Read a no that concerns the request; a word in no table is the plain one, kept as it was said."""
    if code in UNCLEAR:
        return Unknown(f"Stripe says {code}")
    return Refused(REFUSALS.get(code or "", FailureCode.INVALID_REQUEST), provider_code=code)
