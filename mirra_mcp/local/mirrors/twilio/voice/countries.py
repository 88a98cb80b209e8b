"""The countries that can be called: by ISO code their names, continent by continent.

Source: https://www.twilio.com/docs/voice/api/dialingpermissions-country-resource
"""

_CONTINENTS: dict[str, str] = {
    "Africa": (
        "DZ Algeria, AO Angola, BJ Benin, BW Botswana, BF Burkina Faso, BI Burundi, CM Cameroon,"
        " CV Cape Verde, CF Central African Republic, TD Chad, KM Comoros, CG Congo, CD Congo"
        " (Democratic Republic), CI Cote d'Ivoire, DJ Djibouti, EG Egypt, GQ Equatorial Guinea, ER"
        " Eritrea, SZ Eswatini, ET Ethiopia, GA Gabon, GM Gambia, GH Ghana, GN Guinea, GW"
        " Guinea-Bissau, KE Kenya, LS Lesotho, LR Liberia, LY Libya, MG Madagascar, MW Malawi, ML"
        " Mali, MR Mauritania, MU Mauritius, YT Mayotte, MA Morocco, MZ Mozambique, NA Namibia, NE"
        " Niger, NG Nigeria, RE Reunion, RW Rwanda, SH Saint Helena, ST Sao Tome and Principe, SN"
        " Senegal, SC Seychelles, SL Sierra Leone, SO Somalia, ZA South Africa, SS South Sudan, SD"
        " Sudan, TZ Tanzania, TG Togo, TN Tunisia, UG Uganda, EH Western Sahara, ZM Zambia, ZW"
        " Zimbabwe"
    ),
    "Asia": (
        "AF Afghanistan, AM Armenia, AZ Azerbaijan, BH Bahrain, BD Bangladesh, BT Bhutan, IO"
        " British Indian Ocean Territory, BN Brunei, KH Cambodia, CN China, CY Cyprus, GE Georgia,"
        " HK Hong Kong, IN India, ID Indonesia, IR Iran, IQ Iraq, IL Israel, JP Japan, JO Jordan,"
        " KZ Kazakhstan, KW Kuwait, KG Kyrgyzstan, LA Laos, LB Lebanon, MO Macau, MY Malaysia, MV"
        " Maldives, MN Mongolia, MM Myanmar, NP Nepal, KP North Korea, OM Oman, PK Pakistan, PS"
        " Palestinian Territories, PH Philippines, QA Qatar, SA Saudi Arabia, SG Singapore, KR"
        " South Korea, LK Sri Lanka, SY Syria, TW Taiwan, TJ Tajikistan, TH Thailand, TL"
        " Timor-Leste, TR Turkey, TM Turkmenistan, AE United Arab Emirates, UZ Uzbekistan, VN"
        " Vietnam, YE Yemen"
    ),
    "Europe": (
        "AX Aland Islands, AL Albania, AD Andorra, AT Austria, BY Belarus, BE Belgium, BA Bosnia"
        " and Herzegovina, BG Bulgaria, HR Croatia, CZ Czech Republic, DK Denmark, EE Estonia, FO"
        " Faroe Islands, FI Finland, FR France, DE Germany, GI Gibraltar, GR Greece, GG Guernsey,"
        " HU Hungary, IS Iceland, IE Ireland, IM Isle of Man, IT Italy, JE Jersey, XK Kosovo, LV"
        " Latvia, LI Liechtenstein, LT Lithuania, LU Luxembourg, MT Malta, MD Moldova, MC Monaco,"
        " ME Montenegro, NL Netherlands, MK North Macedonia, NO Norway, PL Poland, PT Portugal, RO"
        " Romania, RU Russia, SM San Marino, RS Serbia, SK Slovakia, SI Slovenia, ES Spain, SJ"
        " Svalbard and Jan Mayen, SE Sweden, CH Switzerland, UA Ukraine, GB United Kingdom, VA"
        " Vatican City"
    ),
    "North America": (
        "AI Anguilla, AG Antigua and Barbuda, AW Aruba, BS Bahamas, BB Barbados, BZ Belize, BM"
        " Bermuda, BQ Bonaire, VG British Virgin Islands, CA Canada, KY Cayman Islands, CR Costa"
        " Rica, CU Cuba, CW Curacao, DM Dominica, DO Dominican Republic, SV El Salvador, GL"
        " Greenland, GD Grenada, GP Guadeloupe, GT Guatemala, HT Haiti, HN Honduras, JM Jamaica,"
        " MQ Martinique, MX Mexico, MS Montserrat, NI Nicaragua, PA Panama, PR Puerto Rico, BL"
        " Saint Barthelemy, KN Saint Kitts and Nevis, LC Saint Lucia, MF Saint Martin, PM Saint"
        " Pierre and Miquelon, VC Saint Vincent and the Grenadines, SX Sint Maarten, TT Trinidad"
        " and Tobago, TC Turks and Caicos Islands, US United States, VI U.S. Virgin Islands"
    ),
    "Oceania": (
        "AS American Samoa, AU Australia, CX Christmas Island, CC Cocos Islands, CK Cook Islands,"
        " FJ Fiji, PF French Polynesia, GU Guam, KI Kiribati, MH Marshall Islands, FM Micronesia,"
        " NR Nauru, NC New Caledonia, NZ New Zealand, NU Niue, NF Norfolk Island, MP Northern"
        " Mariana Islands, PW Palau, PG Papua New Guinea, WS Samoa, SB Solomon Islands, TK"
        " Tokelau, TO Tonga, TV Tuvalu, VU Vanuatu, WF Wallis and Futuna"
    ),
    "South America": (
        "AR Argentina, BO Bolivia, BR Brazil, CL Chile, CO Colombia, EC Ecuador, FK Falkland"
        " Islands, GF French Guiana, GY Guyana, PY Paraguay, PE Peru, SR Suriname, UY Uruguay, VE"
        " Venezuela"
    ),
}
COUNTRIES: dict[str, tuple[str, str]] = {
    each[:2]: (each[3:], continent)
    for continent, line in _CONTINENTS.items()
    for each in line.split(", ")
}
"""By ISO code the country's name and its continent."""
