"""A quiz with a question of every kind, and what a whole right answer sends."""

from courses.course import Question, QuestionKind, Quiz

SINGLE = Question(QuestionKind.SINGLE, "擦玻璃先做什么", ("除尘", "上光"), (0,), "先除尘")
MULTIPLE = Question(QuestionKind.MULTIPLE, "哪些是清洁用品", ("洗洁精", "白米", "白醋"), (0, 2), points=2, partial=True)
JUDGE = Question(QuestionKind.JUDGE, "两样可以混着用", ("对", "错"), (1,))
FILL = Question(QuestionKind.FILL, "用 ____ 度的 ____", accepted=(("75",), ("酒精", "乙醇")), points=2, partial=True)
MATCH = Question(QuestionKind.MATCH, "配一配", ("酒精", "白醋"), (1, 0), targets=("去水垢", "消毒"), partial=True)
ORDER = Question(QuestionKind.ORDER, "洗手的步骤", ("冲净", "打湿", "搓手"), (1, 2, 0))
WORDS = Question(QuestionKind.SHORT, "为什么先除尘", accepted=(("砂", "灰"), ("划伤", "刮花")), points=2, partial=True)
TEACHER = Question(QuestionKind.SHORT, "说说怎样安抚老人", points=4, by_hand=True)
EVERY = (SINGLE, MULTIPLE, JUDGE, FILL, MATCH, ORDER, WORDS)
QUIZ = Quiz((*EVERY, TEACHER))
RIGHT = {
    1: [0],
    2: [0, 2],
    3: [1],
    4: ["75", "酒精"],
    5: [1, 0],
    6: [1, 2, 0],
    7: ["砂粒会划伤玻璃"],
    8: ["先蹲下来，和老人一样高"],
}
FORM = {
    "q1": "0", "q2": ["0", "2"], "q3": "1", "q4-1": "７５", "q4-2": " 乙 醇。", "q5-1": "1", "q5-2": "0",
    "q6-1": "3", "q6-2": "1", "q6-3": "2", "q7": "砂粒会划伤玻璃", "q8": "先蹲下来，和老人一样高",
}  # fmt: skip
