"""How likely a text is in the languages of an encoding: a small model of characters, to tell guesses apart."""

from __future__ import annotations

import math
import unicodedata
from typing import Callable

# The characters that most of any text is made of, the most common first; gathered from general knowledge of the languages.
SIMPLIFIED = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法"
    "学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外"
    "将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立"
    "及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许"
    "统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领"
    "共确传师观清今切院让识候带导争运您好请问谢单号退款货换快递订客服付费价钱买卖店房早晚午饭吃喝找帮助帐账户密码登录注册网站联系地址收送"
    "寄修改取消预约周末星期点钟分半小朋友孩子老师医生车票火飞机站票座位酒店餐厅咖啡茶米面菜肉鱼水果鸡蛋药病检查办理证件护照银行卡现金发票"
    "优惠折扣活动会员积分礼品尺码颜色红黄蓝绿黑坏换新旧洗衣鞋包手机电脑屏幕充电池线上下载软件版本吗呢吧啊呀哦嗯为什么怎样哪谁几六七八九零百千元角"
)
TRADITIONAL = frozenset(
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經麼去法"
    "學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力它與長把機十民第公此已工使情明性知全三又關點正業外"
    "將兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產或新己制身果加西斯月話合回特代內信表化老給世位次度門任常先海通教兒原東聲提立"
    "及比員解水名真論處走義各入幾口認條平系氣題活爾更別打女變四神總何電數安少報才結反受目太量再感建務做接必場件計管期市直德資命山金指克許"
    "統區保至隊形社便空決治展馬科司五基眼書非則聽白卻界達光放強即像難且權思王象完設式色路記南品住告類求據程北邊死張該交規萬取拉格望覺術領"
    "共確傳師觀清今切院讓識候帶導爭運您好請問謝單號退款貨換快遞訂客服付費價錢買賣店房早晚午飯吃喝找幫助帳戶密碼登錄註冊網站聯繫絡地址收送"
    "寄修改取消預約週末星期點鐘分半小朋友孩子老師醫生車票火飛機站座位酒店餐廳咖啡茶米麵菜肉魚水果雞蛋藥病檢查辦理證件護照銀行卡現金發票"
    "優惠折扣活動會員積分禮品尺碼顏色紅黃藍綠黑壞新舊洗衣鞋包手機電腦螢幕充電池線下載軟體版本嗎呢吧啊呀哦嗯什麼怎樣哪誰六七八九零百千元角"
)
KANJI = frozenset(
    "日一国人年大十二本中長出三時行見月後前生五間上東四今金九入学高円子外八六下来気小七山話女北午百書先名川千水半男西電校語土木聞食車何南"
    "万毎白天母火右読友左休父雨会同事自社発者地業方新場員立開手力問代明動京目通言理体田主題意不作用度強公持野以思家世多正安院心界教文元重近"
    "考画海売知道集別物使品計死特私始朝運終台広住無真有口少町料工建空急止送切転研足究楽起着店病質待試族銀早映親験英医仕去味写字答夜音注帰古"
    "歌買悪図週室歩風紙黒花春赤青館屋色走秋夏習駅洋旅服夕借曜飲肉貸堂鳥飯勉冬昼茶弟牛魚兄犬妹姉漢届受付返交換払額確認連絡営予約変更対応担当"
    "商在庫回数取消領収証登録番号電池画面設定再起動追加部屋禁煙席朝食駐車荷物預割引会員様願致申込必要可能場合次第土産土曜祝定休窓修理保故障現"
    "相談情報利住所名前配達宅便到予済未記入力選択種類色形重軽温冷他全各毎内容合計税込抜価格最初最後以上下限期限前後分秒個枚本冊台杯匹件点位級"
)
ACCENTED = frozenset("éèêëàâäáãåæçíìîïñóòôöõøœúùûüßÉÀÄÖÜÇÑÅØÁÍÓÚÊÈ")
ORDINARY_SIGNS = frozenset("，。？！、：；“”‘’（）《》「」『』…—～·￥％０１２３４５６７８９　〜・ー")
WESTERN_SIGNS = frozenset("‘’“”–—…€£°·«»¿¡§©®ºª\xa0´")

COMMON, SIGN, KNOWN, RARE, ODD = (math.log(p) for p in (1 / 500, 1 / 60, 1 / 9000, 1 / 100_000, 1 / 1_000_000))
LETTER, ACCENT, AFTER_ACCENT = (math.log(p) for p in (1 / 30, 1 / 150, 1 / 10_000))
KANA = math.log(1 / 80)


def log_likelihood(text: str, encoding: str) -> float:
    """The logarithm of how likely `text` is, if its bytes are in this encoding; only texts from the same bytes compare."""
    if encoding == "cp1252":
        return _western(text)
    score = {"gb18030": _simplified, "big5": _traditional, "cp932": _japanese}[encoding]
    return sum(LETTER if character.isascii() else score(character) for character in text)


def believable(text: str, encoding: str) -> bool:
    """Whether most of the characters outside ASCII are ones that people write."""
    foreign = [character for character in text if not character.isascii()]
    if encoding == "cp1252":
        ordinary = sum(character.isalpha() or character in WESTERN_SIGNS for character in foreign)
    else:
        ordinary = sum(unicodedata.category(character) in ("Lo", "Po", "Ps", "Pe", "Pi", "Pf", "Lm", "Nd", "Pd", "So", "Zs") for character in foreign)
    return ordinary >= 0.7 * len(foreign)


def _western(text: str) -> float:
    """Accents stand alone among plain letters; several in a row are another encoding's bytes."""
    total, after_foreign = 0.0, False
    for character in text:
        if character.isascii():
            total += LETTER if character.isprintable() or character.isspace() else ODD
        elif after_foreign and character not in WESTERN_SIGNS:
            total += AFTER_ACCENT
        else:
            total += ACCENT if character in ACCENTED or character in WESTERN_SIGNS else RARE if character.isalpha() else ODD
        after_foreign = not character.isascii()
    return total


def _chinese(common: frozenset[str], first_level: Callable[[str], bool]) -> Callable[[str], float]:
    def score(character: str) -> float:
        if character in common:
            return COMMON
        if character in ORDINARY_SIGNS:
            return SIGN
        if "\u4e00" <= character <= "\u9fff":
            return KNOWN if first_level(character) else RARE
        return ODD

    return score


def _lead(encoding: str, low: int, high: int) -> Callable[[str], bool]:
    """Everyday characters come first in the tables of these encodings."""

    def is_first_level(character: str) -> bool:
        lead, trail = (character.encode(encoding, "replace") + b"\0")[:2]
        return low <= lead <= high and (encoding != "gb18030" or trail >= 0xA1)

    return is_first_level


_simplified = _chinese(SIMPLIFIED, _lead("gb18030", 0xB0, 0xD7))
_traditional = _chinese(TRADITIONAL, _lead("big5", 0xA4, 0xC6))
_kanji = _chinese(KANJI, _lead("cp932", 0x88, 0x97))


def _japanese(character: str) -> float:
    if "\u3041" <= character <= "\u3096" or "\u30a1" <= character <= "\u30fa":
        return KANA
    return ODD if "\uff61" <= character <= "\uff9f" else _kanji(character)
