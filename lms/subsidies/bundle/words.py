"""What a bundle says in sentences."""

from lms.foundation.evidence import note
from lms.subsidies.bundle.subject import Seal, Subject

MEANS = "从签名那一刻起，没有人改过、删过、加过这些记录；学时是按包里写明的规则算的。"
MEANS_NOT = "不证明坐在手机前的一定是本人，也不决定能不能领补贴。"

CONTENTS = {
    "hours.xlsx": "学时台账和申领合计，能直接打印盖章",
    "rows.jsonl": "每一条原始记录，一行一条",
    "people.jsonl": "名单",
    "policy.json": "当时用的规则、出处和生效日期",
    "context.json": "班级和课程",
    "excluded.csv": "没计入的每一段和原因",
    "proofs/leaves.txt": "每条记录在树里的位置和哈希（RFC 6962）",
    "proofs/inclusion.txt": "从这些记录算到树根要用的其他哈希",
    "checkpoint.txt": "签过名的检查点（C2SP tlog-checkpoint，Ed25519）",
    "manifest.json": "清单：每个文件的大小和校验值",
    "manifest.sig": "清单的签名",
    "README.txt": "怎么查真假",
}


def notes(subject: Subject, seal: Seal) -> list[str]:
    """The sentences of the sheet 说明, one a row."""
    minutes = subject.class_hour_seconds // 60
    return [
        subject.title,
        subject.facts,
        f"1 学时 = {minutes} 分钟。每人每年的有效时长加在一起，不满 1 学时的部分只在合计处舍去一次。",
        "原始时长是设备报上来的播放时长，有效时长是服务器确认、按规则计入的时长，其余是不计时长，原因代码见下。",
        "“折算学时”按单行折算，只供参考；申领以“申领合计”表为准。“累计学时”是同一人同一年度到这一行为止的整学时。",
        "待核实的时间等主管部门看过再算，不在可申领学时里；核实照算以后再导出一次就有。",
        "还在学习吗没答上，那段时间先拿掉（原因代码 presence，计入写成负数）；补答以后再加回来。",
        "“—”表示平台目前不采集这一项。",
        "证据摘要是这一行所含原始记录的叶子哈希按顺序连起来的 SHA-256，原始记录在证据包的 rows.jsonl 里。",
        f"检查点：{seal.origin}，{seal.size} 条记录。",
        *(f"{code}：{sentence}" for code, sentence in subject.reasons.items()),
    ]


def readme(subject: Subject, seal: Seal) -> str:
    """README.txt: what is in the bundle and how to check it without trusting the bundle."""
    print_ = note.fingerprint(seal.key.public_key())
    shown = "，身份证号完整" if subject.identity == "full" else "，姓名和身份证号已遮盖"
    listed = "\n".join(f"{name:22}{CONTENTS[name]}{shown if name == 'people.jsonl' else ''}" for name in CONTENTS)
    return f"""{subject.title}
{subject.facts}

怎么查真假
1. 从平台的公开页面 /verify 下载核对程序 verify.py，比对页面上写的 sha256。包里故意不放这个程序：要查的东西不能自己证明自己。
2. 运行 python verify.py 这个包.zip --key {print_}
   钥匙的指纹请从主管部门公布的地方抄，不要只抄这里的。
3. 程序说“通过”，{MEANS}
   它{MEANS_NOT}

包里有什么
{listed}

This bundle proves that no record was changed, removed or added since it was signed. It does not prove who sat at the phone.
"""
