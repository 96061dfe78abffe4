"""What the seeded company is made of: invented people, companies and occasions. All domains end in .example."""

from __future__ import annotations

__all__ = ["CAMPAIGNS", "CITIES", "COMPANIES", "FIRST_NAMES", "LAST_NAMES", "REPS", "TITLES"]

FIRST_NAMES = (
    "Ada Amir Anna Ben Bianca Carlos Chloe Daniel Dilara Elif Emma Erik Fatima Felix Grace Hannah Hugo "
    "Ines Ivan Jana Jonas Julia Kofi Lara Leo Lin Luca Maria Marek Mia Nadia Noah Olga Omar Paula Pedro "
    "Priya Quentin Rosa Samir Sara Sofia Tariq Tom Uma Vera Victor Wanda Yusuf Zoe"
).split()
LAST_NAMES = (
    "Abbott Ahmed Alvarez Bauer Becker Bianchi Brown Chen Costa Dubois Eriksen Fischer Fontaine Garcia "
    "Gupta Haddad Hansen Hughes Ivanova Jensen Kaya Keller Khan Kim Kowalski Lang Larsen Lopez Martin "
    "Meyer Moreau Nagy Novak Okafor Olsen Patel Petrov Popescu Quinn Rossi Santos Schmidt Silva Smith "
    "Svensson Tanaka Torres Ueda Vogel Weber Yilmaz Zhang"
).split()
COMPANIES = (
    "Northwind Blueriver Hillcrest Lakeside Redwood Silverline Brightstone Oakfield Ironbridge Clearwater "
    "Maplewood Stonegate Greenway Harborview Sunfield Westbrook Eastgate Kingsley Summit Riverbend Falcon "
    "Juniper Cobalt Granite Meridian Aurora Beacon Cedar Delta Ember"
).split()
TITLES = (
    "VP of Sales",
    "Head of Marketing",
    "Marketing Manager",
    "Operations Manager",
    "CEO",
    "CTO",
    "Sales Director",
    "Office Manager",
    "Intern",
    "Data Analyst",
    "Procurement Lead",
    "Managing Director",
)
CITIES = (
    ("Berlin", "Germany"),
    ("Lyon", "France"),
    ("Leeds", "United Kingdom"),
    ("Austin", "United States"),
    ("Porto", "Portugal"),
)
CAMPAIGNS = (
    ("Spring webinar", "Webinar"),
    ("Autumn webinar", "Webinar"),
    ("Trade show", "Trade Show"),
    ("Price list download", "Other"),
    ("Customer conference", "Conference"),
    ("Newsletter", "Email"),
    ("Partner referral week", "Referral Program"),
)
REPS = (
    ("Rosa", "Keller"),
    ("Samir", "Khan"),
    ("Julia", "Novak"),
    ("Tom", "Hughes"),
    ("Vera", "Petrov"),
    ("Leo", "Martin"),
)
