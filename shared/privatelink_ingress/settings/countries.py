"""Countries of client addresses, as WAF takes them: the two letters of ISO 3166."""

from __future__ import annotations

from typing import Annotated, Self

import iso3166
from pydantic import AfterValidator, Field, model_validator

from privatelink_ingress.problems import nearest
from privatelink_ingress.settings.fields import UNIQUE, InvalidSetting, Settings

_COMMON = {"UK": "GB", "USA": "US", "HOLLAND": "NL", "NORTH KOREA": "KP", "SOUTH KOREA": "KR"}
"""Names that the standard does not have."""


def _country(code: str) -> str:
    if code in iso3166.countries_by_alpha2:
        return code
    meant = _meant(code.upper())
    country = iso3166.countries_by_alpha2.get(meant or "")
    remedy = f"Did you mean {meant}, {country.name}?" if country else "Write the two letters of a country, such as DE."
    raise InvalidSetting(f"is {code!r}, which is not a country code of ISO 3166", remedy)


def _meant(word: str) -> str | None:
    codes = {country.alpha2: country.alpha2 for country in iso3166.countries}
    codes |= {country.alpha3: country.alpha2 for country in iso3166.countries} | _COMMON
    names = {country.name.upper(): country.alpha2 for country in iso3166.countries}
    names |= {country.apolitical_name.upper(): country.alpha2 for country in iso3166.countries}
    if word in codes or len(word) < 4:
        return codes.get(word)
    begins = [name for name in sorted(names) if name.startswith(word)]
    return names.get(begins[0] if begins else nearest(word, names, cutoff=0.75) or "")


Country = Annotated[str, AfterValidator(_country)]


class Countries(Settings):
    """Countries of client addresses, as codes of ISO 3166: all but those in `block`, or only those in `allow`."""

    allow: Annotated[tuple[Country, ...], Field(min_length=1), UNIQUE] | None = None
    block: Annotated[tuple[Country, ...], Field(min_length=1), UNIQUE] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.allow is None) == (self.block is None):
            reason = "has neither allow nor block" if self.allow is None else "has both allow and block"
            raise InvalidSetting(reason, "Write block to exclude some countries, or allow to admit only some.")
        return self
