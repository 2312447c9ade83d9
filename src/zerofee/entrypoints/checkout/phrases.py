"""The words of the page, a table for each language: a new one joins by one table and its name in `LANGUAGES`."""

from collections.abc import Mapping
from typing import Final

from zerofee.domain.checkout import LANGUAGES
from zerofee.domain.failure import FailureCode

Phrases = Mapping[str, str]

_EN: Final[Phrases] = {
    "title": "Payment",
    "sandbox": "Test mode: no money moves.",
    "to_pay": "To pay",
    "total": "Total",
    "bought": "What you are paying for",
    "choose": "How would you like to pay?",
    "country": "Country",
    "change_country": "Show",
    "phone": "Mobile money number",
    "phone_help": "With the country code, such as {example}.",
    "phone_bad": "That number cannot be right. Write it with the country code, such as {example}.",
    "pay": "Pay {amount}",
    "choose_one": "Choose how you would like to pay.",
    "no_offers": "No way to pay is available here just now. Choose another country, or try again later.",
    "cancel": "Cancel and go back to the shop",
    "redirect": "Continue on the provider's page",
    "redirect_help": "You confirm the payment there, and come back here afterwards.",
    "go_on": "Continue",
    "look": "Look at your phone",
    "look_help": "A request to confirm {amount} is on its way to your phone. Confirm it with your PIN.",
    "dial": "Nothing came? Dial",
    "otp": "Enter your code",
    "otp_help": "Dial {code} on your phone to get it, or read the message that you were sent.",
    "otp_help_sent": "It was sent to your phone.",
    "code": "Code",
    "confirm": "Confirm",
    "checking": "Your payment is being checked",
    "checking_help": "Please do not pay again: we are asking what became of it, and this page changes by itself.",
    "waiting": "Waiting for confirmation …",
    "paid": "Payment received",
    "paid_help": "{amount} was paid. Thank you.",
    "back": "Back to the shop",
    "expired": "This page has expired",
    "expired_help": "Nothing was taken. Ask the shop for a new link if you still want to pay.",
    "ended": "This payment was cancelled",
    "ended_help": "Nothing was taken. Go back to the shop to start again.",
    "expires": "Open until",
    "again": "Try again, or choose another way to pay.",
    "reload": "Look again",
    "not_found": "There is no such payment page",
    "not_found_help": "Open the link exactly as you were given it.",
    "secure": "Your card details are never entered on this page.",
    "language": "Language",
    "guessed": "Operator found from your number:",
    "quantity": "Quantity",
}
_FR: Final[Phrases] = {
    "title": "Paiement",
    "sandbox": "Mode test : aucun argent n'est déplacé.",
    "to_pay": "À payer",
    "total": "Total",
    "bought": "Ce que vous payez",
    "choose": "Comment souhaitez-vous payer ?",
    "country": "Pays",
    "change_country": "Afficher",
    "phone": "Numéro mobile money",
    "phone_help": "Avec l'indicatif du pays, par exemple {example}.",
    "phone_bad": "Ce numéro n'est pas valable. Écrivez-le avec l'indicatif du pays, par exemple {example}.",
    "pay": "Payer {amount}",
    "choose_one": "Choisissez un moyen de paiement.",
    "no_offers": "Aucun moyen de paiement n'est disponible ici. Choisissez un autre pays ou réessayez plus tard.",
    "cancel": "Annuler et retourner à la boutique",
    "redirect": "Continuez sur la page du prestataire",
    "redirect_help": "Vous y confirmez le paiement, puis vous revenez ici.",
    "go_on": "Continuer",
    "look": "Regardez votre téléphone",
    "look_help": "Une demande de paiement de {amount} arrive sur votre téléphone. Confirmez-la avec votre code PIN.",
    "dial": "Rien reçu ? Composez le",
    "otp": "Saisissez votre code",
    "otp_help": "Composez le {code} sur votre téléphone pour l'obtenir, ou lisez le message reçu.",
    "otp_help_sent": "Il a été envoyé sur votre téléphone.",
    "code": "Code",
    "confirm": "Confirmer",
    "checking": "Votre paiement est en cours de vérification",
    "checking_help": "Ne payez pas une seconde fois : nous vérifions où il en est, et cette page change d'elle-même.",
    "waiting": "En attente de confirmation …",
    "paid": "Paiement reçu",
    "paid_help": "{amount} ont été payés. Merci.",
    "back": "Retour à la boutique",
    "expired": "Cette page a expiré",
    "expired_help": "Rien n'a été prélevé. Demandez un nouveau lien à la boutique si vous souhaitez encore payer.",
    "ended": "Ce paiement a été annulé",
    "ended_help": "Rien n'a été prélevé. Retournez à la boutique pour recommencer.",
    "expires": "Ouvert jusqu'à",
    "again": "Réessayez, ou choisissez un autre moyen de paiement.",
    "reload": "Vérifier à nouveau",
    "not_found": "Cette page de paiement n'existe pas",
    "not_found_help": "Ouvrez le lien exactement comme vous l'avez reçu.",
    "secure": "Les données de votre carte ne sont jamais saisies sur cette page.",
    "language": "Langue",
    "guessed": "Opérateur trouvé d'après votre numéro :",
    "quantity": "Quantité",
}
PHRASES: Final[Mapping[str, Phrases]] = {"en": _EN, "fr": _FR}
LANGUAGE_NAMES: Final = {"en": "English", "fr": "Français"}

_OTHER_EN: Final = "The payment did not go through, and nothing was taken."
_OTHER_FR: Final = "Le paiement n'a pas abouti, et rien n'a été prélevé."
_FAILURES: Final[Mapping[str, Mapping[FailureCode, str]]] = {
    "en": {
        FailureCode.INSUFFICIENT_FUNDS: "There is not enough money on the account. Nothing was taken.",
        FailureCode.DECLINED: "The payment was declined. Nothing was taken.",
        FailureCode.CUSTOMER_REJECTED: "The payment was refused on the phone or page. Nothing was taken.",
        FailureCode.AUTHENTICATION_FAILED: "The code was wrong.",
        FailureCode.INVALID_PAYER: "This number cannot pay. Nothing was taken.",
        FailureCode.LIMIT_EXCEEDED: "The account's limit is reached. Nothing was taken.",
        FailureCode.TIMED_OUT: "The confirmation did not come in time. Nothing was taken.",
        FailureCode.PROVIDER_UNAVAILABLE: "This way to pay is not available just now. Nothing was taken.",
    },
    "fr": {
        FailureCode.INSUFFICIENT_FUNDS: "Le solde est insuffisant. Rien n'a été prélevé.",
        FailureCode.DECLINED: "Le paiement a été refusé. Rien n'a été prélevé.",
        FailureCode.CUSTOMER_REJECTED: "Le paiement a été refusé sur le téléphone ou la page. Rien n'a été prélevé.",
        FailureCode.AUTHENTICATION_FAILED: "Le code était faux.",
        FailureCode.INVALID_PAYER: "Ce numéro ne peut pas payer. Rien n'a été prélevé.",
        FailureCode.LIMIT_EXCEEDED: "Le plafond du compte est atteint. Rien n'a été prélevé.",
        FailureCode.TIMED_OUT: "La confirmation n'est pas arrivée à temps. Rien n'a été prélevé.",
        FailureCode.PROVIDER_UNAVAILABLE: "Ce moyen de paiement est indisponible pour l'instant. Rien n'a été prélevé.",
    },
}


def language_of(wanted: str | None, locale: str | None, accepted: str) -> str:
    """Choose: what was clicked, what the shop said, or the first language that the browser takes and we speak."""
    spoken = (part.partition(";")[0].strip()[:2].lower() for part in accepted.split(","))
    return next((found for found in (wanted, locale, *spoken) if found in LANGUAGES), None) or LANGUAGES[0]


def failure_words(code: FailureCode, language: str) -> str:
    """Say why it did not happen, in words for the customer."""
    return _FAILURES[language].get(code, _OTHER_FR if language == "fr" else _OTHER_EN)
