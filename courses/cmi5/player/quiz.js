// A quiz, marked here: the answers travel in the package, so where the marks matter the platform's own quiz is the one to use.
import { begin } from "../player/cmi5.js";

const quiz = JSON.parse(document.getElementById("questions").textContent);
const form = document.querySelector("form");
const result = document.getElementById("result");
const CHOICES = new Set(["single", "multiple", "judge"]);

const same = (text) => text.normalize("NFKC").trim().toLowerCase();
const element = (name, values = {}, ...children) => {
  const made = Object.assign(document.createElement(name), values);
  made.append(...children);
  return made;
};

function picks(question, name) {
  const type = question.kind === "multiple" ? "checkbox" : "radio";
  return question.options.map((option, place) => element("label", { className: "pick" }, element("input", { type, name, value: place }), ` ${option}`));
}

function lists(question, name, words) {
  return question.options.map((option, place) => {
    const list = element("select", { name: `${name}-${place}` }, element("option", { value: "", textContent: "请选" }));
    words.forEach((word, value) => list.append(element("option", { value, textContent: word })));
    return element("label", { className: "pick" }, `${option} `, list);
  });
}

function parts(question, name) {
  if (CHOICES.has(question.kind)) return picks(question, name);
  if (question.kind === "match") return lists(question, name, question.targets);
  if (question.kind === "order") return lists(question, name, question.options.map((_, place) => `第 ${place + 1}`));
  if (question.kind === "short") return [element("label", { className: "pick" }, "写在这里 ", element("textarea", { name, rows: 4 }))];
  return question.accepted.map((_, place) => element("label", { className: "pick" }, `第 ${place + 1} 空 `, element("input", { name: `${name}-${place}` })));
}

// The share of a question that is right, from 0 to 1; null where a teacher must read it.
function marked(question, name, data) {
  const { kind, answer = [], accepted = [], options = [] } = question;
  if (kind === "short" && question.by_hand) return null;
  if (CHOICES.has(kind)) return String(data.getAll(name).map(Number).sort()) === String([...answer].sort()) ? 1 : 0;
  let right;
  if (kind === "short") {
    const text = same(data.get(name) || "");
    right = accepted.map((words) => words.some((word) => text.includes(same(word))));
  } else if (kind === "fill") {
    right = accepted.map((words, place) => words.map(same).includes(same(data.get(`${name}-${place}`) || "")));
  } else {
    const wanted = kind === "match" ? answer : options.map((_, place) => answer.indexOf(place));
    right = options.map((_, place) => data.get(`${name}-${place}`) === String(wanted[place]));
  }
  const share = right.filter(Boolean).length / (right.length || 1);
  return question.partial || share === 1 ? share : 0;
}

quiz.questions.forEach((question, place) => {
  const legend = element("legend", { textContent: `${place + 1}. ${question.text}` });
  form.insertBefore(element("fieldset", {}, legend, ...parts(question, `q${place}`)), form.lastElementChild);
});

begin(async (session) => {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const data = new FormData(form);
    let got = 0;
    let of = 0;
    quiz.questions.forEach((question, place) => {
      const share = marked(question, `q${place}`, data);
      if (share === null) return;
      of += question.points || 1;
      got += share * (question.points || 1);
    });
    const scaled = of ? Math.round((got / of) * 10000) / 10000 : 0;
    const mastery = quiz.pass_percent / 100;
    result.textContent = `得 ${Math.round(scaled * 100)} 分，${quiz.pass_percent} 分及格，${scaled >= mastery ? "通过了" : "再答一遍"}`;
    if (scaled < mastery) return;
    await session.say("completed");
    await session.say("passed", { score: { scaled } });
  });
});
