"""Names and words that the emulated company is made of. All domains are reserved for examples (RFC 2606)."""

FIRST = (
    "Ana Ben Carla David Elena Felix Greta Hugo Ines Jonas Karin Luca Maria Nils Olga Pablo Quentin Rosa Samir Tanja Umar Vera "
    "Wanda Xavier Yara Zoe Aisha Bruno Chloe Dario Emma Farid Gita Henrik Irene Jamal Klara Liam Mona Noah"
).split()
LAST = (
    "Almeida Berger Castro Dubois Fischer Garcia Haddad Ito Jansen Keller Lopez Moreau Novak Okafor Petrov Quinn Rossi Silva "
    "Tanaka Ueda Varga Weber Xu Yilmaz Zapata Andersen Brandt Costa Diaz Eriksson Ferrari Gruber Hansen Ivanova Jung"
).split()
COMPANY_FIRST = (
    "North Blue Quiet Bright Green Silver Open Clear High River Stone Field Harbor Summit Maple Cedar Iron Amber Polar Delta"
).split()
COMPANY_LAST = (
    "Works Systems Logistics Labs Software Partners Industries Retail Foods Health Media Capital Learning Design".split()
)
TITLES = (
    "CEO; Marketing Manager; Head of Sales; Chief Financial Officer; Operations Manager; Product Manager; IT Director; "
    "Sales Representative; Marketing Director; Founder; Student; Intern; Office Manager; Purchasing Manager"
).split("; ")
COUNTRIES = (
    ("Spain", "Madrid", "+34 91"),
    ("Germany", "Berlin", "+49 30"),
    ("France", "Paris", "+33 1"),
    ("Portugal", "Lisbon", "+351 21"),
    ("United Kingdom", "London", "+44 20"),
    ("United States", "Boston", "+1 617"),
    ("Netherlands", "Utrecht", "+31 30"),
)
PAGES = (
    ("/", "Home"),
    ("/pricing", "Pricing"),
    ("/product", "Product"),
    ("/blog/lead-scoring", "How to score leads"),
    ("/blog/sla", "An agreement between sales and marketing"),
    ("/customers/northworks", "Case study: Northworks"),
    ("/careers", "Careers"),
    ("/demo", "Book a demo"),
)
FORMS = (
    ("Newsletter", "/blog/sla", "hubspot"),
    ("Download: pricing guide", "/pricing", "hubspot"),
    ("Download: case study", "/customers/northworks", "hubspot"),
    ("Webinar registration", "/webinar", "hubspot"),
    ("Demo request", "/demo", "hubspot"),
    ("Contact sales", "/contact", "captured"),
)
NOTES = ("Interested in the team plan.", "Budget next quarter.", "Asked for references.", "Not the right person.")
CAMPAIGNS = ("Product update", "Webinar invitation", "Case study of the month", "Pricing news")
DIRT = {
    "contacts": (
        {"closedate": "1672531200000.0"},
        {"hs_email_optout": "FALSE"},
        {"firstname": " Zo\u0065\u0308 \u200d"},
        {"lastname": "O'Brien; DROP\n"},
        {"jobtitle": "=HYPERLINK(1)"},
        {"phone": "call me (maybe)"},
        {"country": "Deutschland "},
    ),
    "companies": (
        {"numberofemployees": "about 50"},
        {"numberofemployees": "1.234,50"},
        {"annualrevenue": "NaN"},
        {"domain": "HTTPS://Www.Firm.Example/path"},
        {"industry": "Software (old list)"},
    ),
}
"""What is in real accounts against their own rules: airbyte PR60962, PR62866, PR26082 (read 2026-11-21)."""
SITE = "https://www.example.com"
SELLER = "seller.example"
