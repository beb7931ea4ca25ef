"""Cues: groups of words that the law and policies use for one matter, and whether a sentence has one of them.

In: the n-grams of the sentences of a document. Out: a matrix of zeros and ones, a column a group. Words have two to
four characters after normalisation, so that they are n-grams, whose hashes are there already.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from finwatch.policy.label.features import Grams, hash_of

CUES: dict[str, str] = {
    "date": "日期 时间 生效",
    "scope": "适用",
    "operator": "有限公司 注册地址 办公地址 运营者 运营主体",
    "channel": "邮箱 邮件 电话 热线 客服 拨打",
    "contact": "联系我们 联系方式 疑问 投诉 意见 建议",
    "answer": "工作日 答复 回复",
    "minors": "未成年 监护人 儿童 周岁 父母 青少年",
    "reading": "阅读 理解 知悉",
    "consent": "同意 授权 许可",
    "change": "变更 修订 修改 更新 调整",
    "notice": "通知 公告 弹窗 公示 提示 告知",
    "withdrawal": "撤回 撤销 收回 取消",
    "push": "个性化 定向 推荐 画像 推送",
    "off": "关闭 退订 退出 停止 禁用",
    "refusal": "拒绝 不提供 不同意",
    "rights": "查询 查阅 更正 删除 复制 副本 访问 管理",
    "cancellation": "注销",
    "path": "设置 点击 进入 路径",
    "purpose": "用于 以便 为了 目的 为您提供 帮助您",
    "improvement": "改进 改善 优化 提升 分析 统计",
    "use": "使用 处理",
    "collection": "收集 采集 获取",
    "reading out": "读取 上传 记录 填写",
    "item": "姓名 手机号 身份证 位置 设备 imei mac 头像 昵称 账号 标识 日志 银行卡 人脸 指纹 通讯录 照片",
    "permission": "权限",
    "opening": "开启 调用 申请",
    "sensor": "摄像头 相机 麦克风 相册 存储空间 剪切板 剪贴板 传感器 蓝牙 定位",
    "storage": "保存 保留 存储 留存 储存",
    "term": "期限 最短 期间",
    "security": "加密 安全 防护 匿名 去标识",
    "incident": "事件 泄露 毁损 丢失 应急",
    "sensitive": "敏感",
    "sharing": "共享 披露 转让 委托",
    "handing over": "提供给 传输 分享 发送",
    "third party": "第三方 合作方 合作伙伴 关联公司 关联方 供应商 sdk",
    "border": "境外 跨境 出境 境内",
    "cessation": "停止运营 停止服务 终止 破产 合并 收购",
    "law": "法律 法规 监管 国家 公共 司法 诉讼",
    "negation": "不会 不得 无法 不能 未经",
    "possibility": "可能",
    "exception": "除外 例外 无需 除非",
    "consequence": "影响 损失 风险 责任 承担",
    "cookie": "cook",
    "we": "我们 我行",
    "obligation": "必须 需要 应当",
    "sale": "出售 出租",
    "default": "视为 即表示 默认 自动",
}
_SIEVE = np.uint32(0xFFFF)


def _table(length: int) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Sorted hashes of the words of a length, the group of each, and a sieve over the low bits of hashes."""
    groups = [group.split() for group in CUES.values()]
    words = sorted(
        (hash_of(word), place) for place, group in enumerate(groups) for word in group if len(word) == length
    )
    hashes = np.array([value for value, _ in words], np.uint32)
    sieve = np.zeros(int(_SIEVE) + 1, bool)
    sieve[hashes & _SIEVE] = True
    return hashes, np.array([place for _, place in words], np.intp), sieve


_TABLES = {length: _table(length) for length in (2, 3, 4)}


def cues(found: Sequence[Grams]) -> npt.NDArray[np.float32]:
    """Which groups each sentence has a word of; shape (sentences, ``CUES``)."""
    groups = np.zeros((len(found[0].starts), len(CUES)), np.float32)
    for length, (hashes, places, sieve) in _TABLES.items():
        one = found[length - 1]
        likely = np.flatnonzero(sieve[one.hashes & _SIEVE])
        values = one.hashes[likely]
        place = np.minimum(np.searchsorted(hashes, values), len(hashes) - 1)
        same = hashes[place] == values
        sentence = np.searchsorted(one.starts, likely[same], side="right") - 1
        groups[sentence, places[place[same]]] = 1
    return groups
