"""The vocabulary of the audit, in plain words, and what of an entry is sealed. Plain data in, plain data out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KIND = "audit_entry"
ACTIONS = {
    "attribute:claimed": "补写学员的情况",
    "attribute:deny": "没有认定学员的情况",
    "attribute:enter": "登记学员的情况",
    "attribute:look": "查看学员的情况",
    "attribute:proved": "凭证件认定学员的情况",
    "attribute:vouched": "担保学员的情况",
    "audit:export": "导出操作记录",
    "audit:read": "查看某个人的操作记录",
    "catalogue:change": "变更公开目录",
    "catalogue:propose": "目录变动开始公示",
    "cmi5:abandon": "中断一次课件学习",
    "cmi5:waive": "免修一课",
    "consent:paper": "登记纸质同意书",
    "consent:withdraw": "收回同意",
    "correction:accepted": "同意更正资料",
    "correction:look": "查看更正申请",
    "correction:refused": "没有同意更正资料",
    "correction:withdrawn": "撤回更正申请",
    "delegation:end": "收回委托",
    "delegation:lend": "委托同事代做",
    "delegation:note": "知道了委托",
    "document:look": "查看证件材料",
    "face:start": "把姓名和身份证号交去核验人脸",
    "factor:add": "添加登录验证方式",
    "factor:remove": "去掉登录验证方式",
    "filing:opened": "同意开班",
    "filing:returned": "退回开班申请",
    "forwarding:off": "停止转发学习记录",
    "forwarding:on": "开始转发学习记录",
    "forwarding:pause": "暂停转发学习记录",
    "forwarding:paused": "暂停转发学习记录",
    "forwarding:resend": "重新转发学习记录",
    "forwarding:resume": "继续转发学习记录",
    "forwarding:set-up": "设置转发学习记录",
    "hours:appeal-declined": "没有同意学时申诉",
    "hours:appeal-granted": "同意学时申诉",
    "hours:appeal-look": "查看学时申诉",
    "hours:correction-approved": "同意更正学时",
    "hours:correction-declined": "没有同意更正学时",
    "hours:correction-proposed": "提出更正学时",
    "hours:difference": "查清台账对不上的地方",
    "hours:export": "导出学时台账",
    "hours:hold-released": "核实学时照算",
    "hours:hold-upheld": "核实学时不算",
    "hours:sealed-scan": "存盖章扫描件",
    "id-number:reveal": "查看完整身份证号",
    "inspection:again": "抽查整改不合格",
    "inspection:clear": "抽查没有问题",
    "inspection:draw": "抽签抽查",
    "inspection:hold": "抽查以后停算学时",
    "inspection:mended": "抽查整改合格",
    "inspection:rectify": "抽查要求整改",
    "lrs-key:issue": "生成接口密钥",
    "lrs-key:revoke": "停用接口密钥",
    "lrs-key:rotate": "更换接口密钥",
    "organisation:admit": "同意单位加入",
    "organisation:refuse": "没有同意单位加入",
    "organisation:rename": "单位改名",
    "package:approved": "课程包审核通过",
    "package:forbid-host": "不再让课程包连接站外网站",
    "package:let-host": "让课程包连接站外网站",
    "package:restored": "恢复课程包上架",
    "package:returned": "退回课程包",
    "package:stopped": "停用课程包",
    "package:withdrawn": "下架课程包",
    "person:copy": "取走本人资料",
    "person:erase": "注销资料",
    "person:look": "查看学员资料",
    "person:merge": "合并同一个人的账号",
    "proof:attest": "当面确认学员在教室",
    "phone:change": "换手机号",
    "phone:reveal": "查看完整手机号",
    "qualification:accepted": "认可资质材料",
    "qualification:refused": "没有认可资质材料",
    "qualification:revoked": "收回资质认可",
    "real-name:set": "登记实名核验",
    "record:browse": "翻看学习记录",
    "record:export": "导出学习记录",
    "record:import": "导入学习记录",
    "record:read": "查看一条学习记录原文",
    "region:import": "导入地区名单",
    "roster:import": "导入班级名单",
    "second-look:approved": "机构审核通过",
    "second-look:returned": "机构审核退回",
    "second-look:withdrawn": "撤回机构审核",
    "sign-in:end": "退出别的设备",
    "sign-in:help": "提出帮人登录",
    "sign-in:reset": "重设登录方式",
    "sign-in:staff": "工作人员登录",
    "staff:accepted": "接受加入邀请",
    "staff:declined": "谢绝加入邀请",
    "staff:give-role": "授予角色",
    "staff:invite": "邀请工作人员",
    "staff:leave": "工作人员离开",
    "staff:take-role": "收回角色",
    "staff:withdrawn": "撤回加入邀请",
    "training:approved": "培训包审核通过",
    "training:returned": "退回培训包",
    "training:unified": "指定统一大纲和题库",
}
SUBJECTS = {
    "anomaly": "待核实的学时",
    "appeal": "学时申诉",
    "attribute": "学员的情况",
    "audit": "操作记录",
    "audit_export": "操作记录导出",
    "catalogue": "公开目录",
    "cmi5_registration": "cmi5 学习登记",
    "cohort": "班级",
    "consent": "同意书",
    "correction": "更正申请",
    "delegation": "委托",
    "document": "证件材料",
    "factor": "登录验证方式",
    "filing": "开班申请",
    "forwarding": "转发",
    "hour_correction": "学时更正",
    "hours": "学时台账",
    "hours_difference": "台账对不上的地方",
    "hours_export": "学时导出",
    "hours_sheet": "学时表格",
    "id-number": "身份证号",
    "inspection": "抽查",
    "inspection_sample": "抽查抽签",
    "lrs-key": "接口密钥",
    "lrs_forwarding": "转发",
    "lrs_import": "学习记录导入",
    "lrs_key": "接口密钥",
    "organisation": "单位",
    "package": "课程包",
    "package_version": "课程包",
    "person": "个人",
    "qualification": "资质材料",
    "real-name": "实名核验",
    "record": "学习记录",
    "region_import": "地区名单",
    "roster": "班级名单",
    "second-look": "机构审核",
    "sign-in": "登录",
    "sign-in-help": "登录求助",
    "staff": "工作人员",
    "statement": "学习记录",
    "training": "培训包",
    "training_version": "培训包",
    "xapi_session": "cmi5 学习",
}
OTHER = "其他操作"
_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_NAMED = re.compile(rf"\b([a-z][a-z_\-]*) ({_ID})\b")
_PERSON = re.compile(rf"\bperson ({_ID})\b")
_BARE = re.compile(rf"^({_ID})$")


@dataclass(frozen=True)
class Subject:
    """What an entry is about: a kind, the id where there is one, and the ids of the people it concerns."""

    kind: str
    id: str | None
    people: tuple[str, ...] = ()


def words(action: str) -> str:
    """An action in Chinese."""
    return ACTIONS.get(action, OTHER)


def subject_words(kind: str | None) -> str:
    """A kind of subject in Chinese."""
    return SUBJECTS.get(kind or "", "")


def read_subject(action: str, subject: str) -> Subject:
    """What `subject` names: "attribute ID of person ID", "person ID", a bare id (of the action's own kind), or words."""
    own, named = action.partition(":")[0], _NAMED.search(subject)
    people = tuple(dict.fromkeys(_PERSON.findall(subject)))
    if named:
        return Subject(named[1], named[2], people)
    bare = _BARE.match(subject)
    return Subject(own, bare[1] if bare else None)


def sealed_content(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What of an entry is hashed: all that says who, what, where and why. Ids alone stand for people.

    Entries written before there were kinds keep the five fields that they were sealed with.
    """
    first = {"action": entry["action"], "subject": entry["subject"], "reason": entry["reason"]}
    base = first | {"actor": _text(entry["actor_id"]), "at": entry["at"].isoformat()}
    if entry["subject_kind"] is None:
        return base | {"actor": str(entry["actor_id"])}
    more = (
        "subject_kind",
        "subject_id",
        "role",
        "organisation_id",
        "deputy_for",
        "region_code",
        "plan_code",
        "department",
    )
    return base | {name: _text(entry[name]) for name in more} | {"people": entry["people"]}


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
