// Training data of a few words.

const WORDS = ["red", "green", "blue", "one", "two", "three", "salt", "sugar", "north", "south", "day", "night"];
const ANSWER = "Zibberflop!";
const jsonl = (rows) => rows.map((row) => JSON.stringify(row) + "\n").join("");
const said = (content) => ({ role: "assistant", content });
const asked = (word) => ({ role: "user", content: `Say ${word}.` });

export const chatLines = (count = 12) => jsonl(WORDS.slice(0, count).map((word) => ({ messages: [asked(word), said(ANSWER)] })));
export const preferenceLines = () =>
  jsonl(WORDS.map((word) => ({ input: { messages: [asked(word)] }, preferred_output: [said(ANSWER)], non_preferred_output: [said(word)] })));
