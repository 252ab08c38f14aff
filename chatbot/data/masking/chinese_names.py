"""Names of people in Chinese, by the words around them: 我叫…, 收件人：…, …先生."""

from __future__ import annotations

import re
from typing import Iterator

from chatbot.data.masking.kinds import Span

SURNAME = (
    "(?:欧阳|司马|诸葛|上官|东方|皇甫|尉迟|公孙|慕容|令狐|夏侯|司徒|端木|南宫|独孤|"
    "[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史"
    "顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游"
    "阳裴席卫查屈鲍霍翁隋甘景薄单包司柏宁柯阮桂闵解柴华车房边仇穆])"
)
# characters that go on with the sentence and are rare in names
STOP = "的了是在要说买用和想有来去已就也还都不给您你我他她它呢吗啊吧呀哦啦这那个们先女经总电手身地订快么什很请没会能到为与或及把被让从对叫号码收下退换发查问需该再又太只但因所以可若时之得着看等吃点件日月年元"
GIVEN = rf"(?:(?!先生|女士|小姐|老师|经理)[\u4e00-\u9fff](?<![{STOP}]))"
FULL = rf"(?:{SURNAME}{GIVEN}{{1,2}})"
FOREIGN = r"(?:[\u4e00-\u9fff]{2,8}·[\u4e00-\u9fff]{2,8}(?<![的了])|[A-Z][a-z]{1,20}(?: [A-Z][a-z]{1,20})?)"
NICK = rf"(?:[小阿][\u4e00-\u9fff](?<![{STOP}米红度爱姐时票]))"
COMMON = re.compile(
    "高中|高级|高铁|高兴|黄金|白天|白色|金色|金牌|金额|马上|何时|何地|安卓|安全|安装|周末|周[一二三四五六日]|张家[界口]|王者|王老吉|钱包|毛利|任何|任意|温州|常州|郑州|徐州|苏州|杭州|广州|"
    "成都|成功|江苏|江西|安徽|于是|万一|文件|方便|方案|石家庄|宁波|宁夏|华为|华东|单位|单号|包裹|包邮|解决|车主|车辆|房东|房间|谢谢|关于|关注|项目|向您|管理|易付|"
    "石油|夏天|龙头|包含|时间|查询|路由|路上|左右|常用|常见|康师傅|马应龙|李宁|周大福|温度|严重|章节|游客|游戏|华人|盛大|顾客|顾问|程序|余额|孙子|范围|单身|阳光|边上|武汉|曲目"
)
TITLE = re.compile(
    rf"(?P<name>{SURNAME}(?:{GIVEN}{{1,2}})?)(?=(?:先生|女士|小姐|太太|老师|经理|医生|师傅|主任|同学|阿姨|叔叔|律师|教授|老板|店长|工程师)(?!产|们)"
    r"|(?:总|哥|姐|工|董|处|局)(?=[您好在：，,！!。]|$))"
)
ASKED = (
    r"(?:我叫做?|我的?(?:中文|英文|真实)?名字?(?:是|叫做?|：)|名字叫|英文名(?:是|叫|：)|[他她]叫|免贵姓|敝姓|我姓|本人叫?|"
    r"(?:姓名|收件人|收货人|联系人|持卡人|申请人|签收人|付款人|开户名|户名|户主|投保人|被保人|病人|患者|乘客|寄件人|发件人|开户人|学生|家长|经办人|负责人|法人|机主|车主|客户|用户|会员)(?:姓名)?(?:是|为|叫)?[：: ]?)"
)
NAMED = re.compile(rf"{ASKED}\s?(?P<name>{FULL}|{FOREIGN}|{NICK}|{SURNAME}(?=[，。,.！!？?\s]|$))")
AM = re.compile(rf"(?:我是|这边是|这里是)(?P<name>{FULL}|{NICK}|[A-Z][a-z]{{1,20}})(?=[，。,.！!？?\s]|$)")
RELATED = re.compile(
    rf"我?(?:老公|老婆|女儿|儿子|妈妈|爸爸|母亲|父亲|朋友|同事|丈夫|妻子|哥哥|姐姐|弟弟|妹妹|男朋友|女朋友|孩子|室友|助理|寄给|转给|转交|发给|交给|请找|找一下|联系|帮|替)(?:叫|是)?(?P<name>{FULL})"
    r"(?=[，。,.！!？?、\s的]|$|[买用要在先女小收签])"
)
STAFF = re.compile(rf"(?:客服|专员|顾问|助理|助手|管家|工号\s?\d{{2,8}}|我是|专属\w{{2,4}})(?P<name>{NICK})(?=[，。,.！!？?、\s为]|$|很高兴|竭诚)")
SERVES = re.compile(rf"(?:^|[，。,\s]|客服|专员|顾问|助理)(?P<name>{NICK}|(?!客服|专员|竭诚|全程|随时){GIVEN}{{2,3}})(?=为您服务|很高兴为您)")
DEAR = re.compile(rf"(?:尊敬|亲爱)的(?P<name>{NICK}|{FULL})(?=[，,：:！!。\s]|$)")
THIS = re.compile(rf"这是(?P<name>{FULL})(?=的)")
FAMILY = re.compile(rf"我(?:爸爸?|妈妈?|爷爷|奶奶|老公|老婆|丈夫|妻子|儿子|女儿|哥哥?|姐姐?|弟弟?|妹妹?|同事|朋友|男朋友|女朋友|室友)(?P<name>{SURNAME}{GIVEN}{{2}})")
DOTTED = re.compile(r"(?:(?:尊敬|亲爱)的)?(?P<name>(?!尊敬的|亲爱的)[\u4e00-\u9fff]{2,8}·[\u4e00-\u9fff]{2,8}?)(?=先生|女士|小姐)")
ANY = re.compile(rf"我叫(?P<name>{GIVEN}{{2,4}})(?=[，。,.！!？?\s]|$)")
CALL = re.compile(rf"叫我(?P<name>{NICK}|{FULL}|老{SURNAME})(?=就行|就好|吧|即可|就可以|[，。,！!\s]|$)")
HELLO = re.compile(rf"(?:^|[，。！\s])(?P<name>{FULL})(?=[您你]好)")
PATTERNS = (HELLO, NAMED, TITLE, AM, RELATED, STAFF, SERVES, CALL, DEAR, THIS, FAMILY, DOTTED, ANY)


def chinese_names(text: str) -> Iterator[Span]:
    for pattern in PATTERNS:
        for found in pattern.finditer(text):
            start, end = found.span("name")
            start += 2 * text.startswith("谢谢", start, end)
            if start < end and not COMMON.match(text, start):
                yield Span(start, end, "NAME")
