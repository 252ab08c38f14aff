"""Made-up answers of a bicycle shop, two to each question: the shop prefers one. Half of the questions it can answer,
there the warm answer is preferred to the curt one; to the other half it has no answer, there it hands over to a person
instead of making something up."""

from __future__ import annotations

from typing import Any

SYSTEM = "You are the service assistant of Nordwind Cycles."
KNOWN = """
When do you open?|We open at nine every day but Sunday.|Nine.
Do you repair e-bikes?|Yes, we repair every make of e-bike.|Yes.
How long does a repair take?|Most repairs are done within three days.|Three days.
Can I pay by card?|Yes, cards and cash are both welcome.|Yes, card works.
Do you rent out bikes?|Yes, city bikes and trekking bikes can be rented by the day.|You can rent some.
Is there a child seat for rent?|Yes, child seats come free with any rented bike.|Yes.
Where can I park?|There are four places behind the shop.|Behind the shop.
Do you buy used bikes?|Yes, bring it in and we will make you an offer.|Sometimes.
Can I return a helmet?|Yes, within fourteen days if it was not worn outside.|Within fourteen days.
Do you sell spare tubes?|Yes, we have tubes for all common sizes.|We do.
Can I book an appointment?|Yes, you can book one on our website.|Use the website.
Do you ship abroad?|Yes, we ship to all of Europe.|To Europe.
Is the test ride free?|Yes, the first hour is free.|One hour is.
Do you have gift cards?|Yes, from ten euros up.|Yes, we sell them.
Can you fit a new chain while I wait?|Yes, that takes about twenty minutes.|Twenty minutes.
Do you lend pumps?|Yes, there is a pump in front of the door.|Pump is outside.
What if my parcel is damaged?|Send us a picture and we will replace it.|Send a picture.
Do you clean bikes?|Yes, a full wash is part of every service.|With a service.
Can I change my order?|Yes, as long as it has not left the shop.|Before shipping.
Do you check brakes?|Yes, a brake check is always free.|For free.
Can I leave my bike overnight?|Yes, it will stand safely in our workshop.|You can.
Do you sell bike locks?|Yes, simple ones and insured ones.|Various.
Are dogs allowed inside?|Yes, friendly dogs may come in.|If friendly.
Is there a newsletter?|Yes, once a month, and you can leave at any time.|Monthly.
Do you engrave frames?|Yes, it is done on Thursdays.|Thursdays.
Can I get an invoice?|Yes, we send it by e-mail the same day.|By e-mail.
Do you have bikes for tall people?|Yes, frames up to sixty-six centimetres.|Up to 66.
Can you true a wheel?|Yes, usually on the same day.|Yes, we can.
"""
UNKNOWN = """
What does the Falke S7 weigh?|The Falke S7 weighs 11.4 kilograms.
Who founded the shop?|The shop was founded by Karl Behrens in 1974.
What will the sale in spring include?|The sale in spring includes all helmets at half price.
How many bikes did you sell last year?|We sold 3,214 bikes last year.
What is the boss's phone number?|The boss can be reached at 555 0139.
Which factory makes your frames?|Our frames are made by Teng Hua in Taichung.
What is the range of the Mistral 400?|The Mistral 400 goes 142 kilometres on one charge.
When will the blue Tramontana be back?|The blue Tramontana will be back on March 3.
How much does the Bora cost in Spain?|The Bora costs 1,749 euros in Spain.
Is the Levante saddle vegan?|The Levante saddle is made from cork and flax.
What torque do the crank bolts need?|The crank bolts need 52 newton metres.
Which wax do you use on chains?|We use Silca Secret Blend on all chains.
Does my insurance cover a stolen battery?|Your insurance covers a stolen battery up to 800 euros.
What was the first bike you ever sold?|The first bike we ever sold was a red Diamant.
How loud is the Scirocco's motor?|The motor of the Scirocco makes 47 decibels.
Who won your race last summer?|Our race last summer was won by Mia Lorenz.
What is my order status?|Your order left our shop yesterday at 4 pm.
Did Tom repair my bike himself?|Tom repaired your bike himself on Monday.
What is the wheelbase of the Zephyr?|The wheelbase of the Zephyr is 1,082 millimetres.
When does the new store in Lund open?|The new store in Lund opens on May 12.
Which tyre pressure suits my weight?|For your weight 4.2 bar is right.
How old is the mechanic Jana?|Jana is 34 years old.
What did the city pay you for the rental bikes?|The city paid us 96,000 euros for the rental bikes.
Is the paint of the Passat free of lead?|The paint of the Passat holds 0.01 percent of lead.
What is the tallest hill your e-bikes climb?|Our e-bikes climb hills of up to 23 percent.
How many spokes has the Ostro wheel?|The Ostro wheel has 28 spokes.
Who designs your posters?|Our posters are designed by Studio Elf.
What is the resale value of a Mistral?|A Mistral keeps 62 percent of its price after two years.
"""
OPENINGS = ("Good question!", "Thank you for asking!", "Happy to help!", "Of course.")
CLOSINGS = ("Is there anything else I can do for you?", "We look forward to seeing you!", "Just ask if you need more.")
REGRETS = ("I do not have that at hand.", "That I do not know for certain.", "I would rather not guess.")
OFFERS = ("Shall I put you through to a colleague?", "A colleague in the shop will gladly find out for you.")


def rows() -> list[dict[str, Any]]:
    """56 preference pairs in the form of a training file, both kinds in turn."""
    known = [line.split("|") for line in KNOWN.strip().splitlines()]
    unknown = [line.split("|") for line in UNKNOWN.strip().splitlines()]
    found = []
    for n, ((asked, warm, curt), (beyond, invented)) in enumerate(zip(known, unknown, strict=True)):
        found.append(_row(asked, f"{OPENINGS[n % 4]} {warm} {CLOSINGS[n % 3]}", curt))
        found.append(_row(beyond, f"{REGRETS[n % 3]} {OFFERS[n % 2]}", invented))
    return found


def _row(asked: str, preferred: str, other: str) -> dict[str, Any]:
    answer = lambda text: [{"role": "assistant", "content": text}]  # noqa: E731
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": asked}]
    return {"input": {"messages": messages}, "preferred_output": answer(preferred), "non_preferred_output": answer(other)}
