"""A planned visit as the rows of a visit file, in the generation of its day.

`build` gives what the file holds (table name -> rows of element -> text) and what the generator knows of the visit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from random import Random

from soyte.demo.province import bills, content, names
from soyte.demo.province.bills import Line, Totals, amount_text, exact_text
from soyte.demo.province.content import Medicine, Service, Supply
from soyte.demo.province.draws import stream
from soyte.demo.province.frame import Address, Facility
from soyte.demo.province.odds import HIV, SUDDEN, TUBERCULOSIS
from soyte.demo.province.orders import Clinic, Orders, antiretroviral, doctor
from soyte.demo.province.people import ethnic_code
from soyte.demo.province.plans import INPATIENT_KINDS, Plan
from soyte.demo.province.registration import Registration, address, benefit_of, cards, registration

MARK = "MINH HOẠ"  # in XML1.DU_PHONG: the person is invented
SINCE_4750, SINCE_3176 = date(2024, 7, 1), date(2025, 1, 1)
SUBJECTS_OF_2025 = date(2025, 7, 1)  # QĐ 3276/QĐ-BYT
KIND_OF_4210 = {"01": "1", "07": "1", "13": "1", "02": "2", "05": "2", "03": "3", "04": "3", "06": "3", "09": "3"}
WITH_DISCHARGE_PAPER = {"03", "04", "06"}
CHILD_OF_PARENTS = 16  # below it the papers name the parents
INSTANT, DAY = "%Y%m%d%H%M", "%Y%m%d"

Rows = list[dict[str, str]]


@dataclass(slots=True)
class Written:
    """One visit ready to be written, and the truth about it."""

    plan: Plan
    generation: str  # 4210 | 130 | 3176
    tables: dict[str, Rows]
    totals: Totals
    kind: str  # as counted: two digits
    commune_code: str  # as written
    treatment_days: int
    slips: tuple[str, ...]


@lru_cache(maxsize=65_536)
def instant(at: datetime) -> str:
    """yyyyMMddHHmm."""
    return f"{at.year:04d}{at.month:02d}{at.day:02d}{at.hour:02d}{at.minute:02d}"  # three times as fast as strftime


def generation_on(day: date) -> str:
    """The format in force on the day of discharge."""
    return "3176" if day >= SINCE_3176 else "130" if day >= SINCE_4750 else "4210"


def treatment_days(plan: Plan, medicine_days: int) -> int:
    """SO_NGAY_DTRI by kind."""
    if plan.kind in {"02", "03", "04", "06"}:
        return (plan.end.date() - plan.start.date()).days + 1
    return medicine_days if plan.kind == "05" else 0


def weight(plan: Plan) -> str:
    """Kilograms by age and sex, the person's own."""
    age = (plan.start.date() - plan.person.born.date()).days / 365.25
    own = (plan.person.number * 7919 % 1000) / 1000  # 0 to 1
    if age < 1:
        kilograms = 3.1 + age * 6 + own * 0.8
    elif age < 15:
        kilograms = 9 + (age - 1) * 2.7 + own * 3
    else:
        kilograms = (50 if plan.person.sex == "1" else 44) + own * 22
    return f"{kilograms:.1f}"


def subject(plan: Plan) -> str:
    """MA_DOITUONG_KCB by the list of the day."""
    day, facility = plan.end.date(), plan.facility
    later = day >= SUBJECTS_OF_2025
    if not plan.insured:
        return "9"
    if (day - plan.person.born.date()).days < 28:
        return "1.7"
    if plan.icd10[:3] in SUDDEN:
        return "2"
    if plan.referred_from:
        return "1.3"
    if facility.station:
        return "1.2" if later else "1.1"
    if plan.regular:
        return "1.5"
    if later and facility.ownership == "private":
        return "1.11" if facility.kind == "polyclinic" else "1.12"
    return "1.15" if later and plan.inpatient and facility.kind.startswith("hospital") else "1.1"


class Writer:
    """Builds the tables of one visit."""

    def __init__(self, plan: Plan, seed: str) -> None:
        self.plan = plan
        self.rng: Random = stream(seed, plan.code, plan.facility.code)
        self.generation = generation_on(plan.end.date())
        self.places = plan.facility.vendor.places
        self.registration: Registration = registration(plan.person, plan.facility, seed=seed, on=plan.start.date())
        self.address: Address = address(plan.person, plan.facility, plan.start.date())
        clinic = Clinic(plan, self.rng)
        self.orders: Orders = clinic.run()
        self.care, self.department = clinic.care, clinic.department
        self.doctor_code, self.doctor_name = clinic.doctor
        self.head = f"99{plan.facility.code}001"  # MA_TTDV: ten digits
        self.totals = self._price()
        self.days = treatment_days(plan, self.orders.medicine_days)
        self.cards = cards(plan.person, first=plan.start.date(), last=plan.end.date()) if plan.insured else []
        names_of = content.diagnosis_names()
        self.diagnosis = "; ".join(names_of[code] for code in (plan.icd10, *plan.others))
        self.serial = plan.code[-8:]

    def write(self) -> Written:
        tables = self._tables_4210() if self.generation == "4210" else self._tables_130()
        kind = self.plan.kind
        if self.generation == "4210":
            kind = "0" + KIND_OF_4210[kind]
        return Written(
            self.plan,
            self.generation,
            {name: rows for name, rows in tables.items() if rows},
            self.totals,
            kind,
            self.address.commune_code,
            self.days,
            self.registration.slips,
        )

    def _price(self) -> Totals:
        plan = self.plan
        newborn = (plan.end.date() - plan.person.born.date()).days < 45
        benefit = (
            0
            if not plan.insured
            else 100
            if plan.facility.station or newborn
            else benefit_of(plan.person, plan.start.date())
        )
        totals = bills.price(self.orders.lines, on=plan.end.date(), benefit=benefit)
        if plan.icd10 == HIV and plan.insured and self.generation != "4210":
            for line in self.orders.lines:
                if antiretroviral(plan, line):
                    bills.pay_share_by_state(line)
            totals = bills.sum_up(self.orders.lines)
        return totals

    # Texts that several tables share.

    def _money(self, hundredths: int) -> str:
        return amount_text(hundredths, self.places)

    def _text(self, text: str) -> str:
        return names.old_tone(text) if self.plan.facility.vendor.tone == "old" else text

    def _address(self) -> str:
        return f"{self.plan.person.home.line}, {self.address.text}"

    @property
    def _referral_number(self) -> str:
        origin = self.plan.facility if self.plan.referred_to else self.plan.referred_from
        return f"CT-{origin.code}-{self.plan.start:%y}-{self.serial[-5:]}" if origin else ""

    def _who(self) -> dict[str, str]:
        """The fields about the person that papers repeat from table 1."""
        return {
            "HO_TEN": self.registration.name,
            "NGAY_SINH": self.registration.born,
            "GIOI_TINH": self.plan.person.sex,
            "DIA_CHI": self._address(),
            "MA_THE_BHYT": ";".join(card.number for card in self.cards),
            "GT_THE_DEN": ";".join(f"{card.last:{DAY}}" for card in self.cards),
            "NGAY_VAO": instant(self.plan.start),
            "NGAY_VAO_NOI_TRU": self._admitted(),
            "NGAY_RA": instant(self.plan.end),
            "CHAN_DOAN_RV": self.diagnosis,
            "MA_BENH_CHINH": self.plan.icd10,
            "MA_BENH_KT": ";".join(self.plan.others),
        }

    def _admitted(self) -> str:
        return instant(self.plan.start + timedelta(minutes=8)) if self.plan.inpatient else ""

    # Tables of QĐ 130, 4750 and 3176.

    def _tables_130(self) -> dict[str, Rows]:
        plan = self.plan
        paper = plan.kind in WITH_DISCHARGE_PAPER
        return {
            "XML1": [self._summary()],
            "XML2": [self._medicine(n, line) for n, line in enumerate((x for x in self.orders.lines if x.medicine), 1)],
            "XML3": [
                self._service(n, line) for n, line in enumerate((x for x in self.orders.lines if not x.medicine), 1)
            ],
            "XML4": self._readings(),
            "XML5": self._progress(),
            "XML6": [self._hiv()] if plan.icd10 == HIV else [],
            "XML7": [self._discharge_paper()] if paper else [],
            "XML8": [self._record_summary()] if paper else [],
            "XML9": [self._birth_certificate(n) for n in range(len(plan.newborns))],
            "XML10": [self._pregnancy_rest()] if self._rests() and plan.icd10.startswith("O2") else [],
            "XML11": [self._sick_leave()] if self._rests() and not plan.icd10.startswith("O") else [],
            "XML13": [self._transfer_letter()] if plan.referred_to else [],
            "XML14": [self._appointment()] if plan.appointment else [],
            "XML15": [self._tuberculosis()] if plan.icd10 == TUBERCULOSIS else [],
        }

    def _summary(self) -> dict[str, str]:
        plan, person, totals, money = self.plan, self.plan.person, self.totals, self._money
        referred = plan.referred_from is not None or plan.referred_to is not None
        return {
            "MA_LK": plan.code,
            "STT": "1",
            "MA_BN": self.registration.patient_number,
            "HO_TEN": self.registration.name,
            "SO_CCCD": self.registration.citizen,
            "NGAY_SINH": self.registration.born,
            "GIOI_TINH": person.sex,
            "NHOM_MAU": "",
            "MA_QUOCTICH": "000",
            "MA_DANTOC": ethnic_code(person.ethnic),
            "MA_NGHE_NGHIEP": person.occupation,
            "DIA_CHI": self._address(),
            "MATINH_CU_TRU": self.address.province_code,
            "MAHUYEN_CU_TRU": self.address.district_code,
            "MAXA_CU_TRU": self.address.commune_code,
            "DIEN_THOAI": self.registration.phone,
            "MA_THE_BHYT": ";".join(card.number for card in self.cards),
            "MA_DKBD": ";".join(card.registered_at for card in self.cards),
            "GT_THE_TU": ";".join(f"{card.first:{DAY}}" for card in self.cards),
            "GT_THE_DEN": ";".join(f"{card.last:{DAY}}" for card in self.cards),
            "NGAY_MIEN_CCT": "",
            "LY_DO_VV": self._text(self.care.complaint),
            "LY_DO_VNT": self._text(self.care.complaint) if plan.inpatient else "",
            "MA_LY_DO_VNT": "",
            "CHAN_DOAN_VAO": content.diagnosis_names()[plan.icd10],
            "CHAN_DOAN_RV": self.diagnosis,
            "MA_BENH_CHINH": plan.icd10,
            "MA_BENH_KT": ";".join(plan.others),
            "MA_BENH_YHCT": "",
            "MA_PTTT_QT": "",
            "MA_DOITUONG_KCB": subject(plan),
            "MA_NOI_DI": plan.referred_from.code if plan.referred_from else "",
            "MA_NOI_DEN": plan.referred_to.code if plan.referred_to else "",
            "MA_TAI_NAN": self._accident(),
            "NGAY_VAO": instant(plan.start),
            "NGAY_VAO_NOI_TRU": self._admitted(),
            "NGAY_RA": instant(plan.end),
            "GIAY_CHUYEN_TUYEN": self._referral_number if referred else "",
            "SO_NGAY_DTRI": str(self.days),
            "PP_DIEU_TRI": self._text(self.care.treatment),
            "KET_QUA_DTRI": plan.result,
            "MA_LOAI_RV": plan.leaving,
            "GHI_CHU": "",
            "NGAY_TTOAN": instant(plan.end),
            "T_THUOC": money(totals.medicines),
            "T_VTYT": money(totals.supplies),
            "T_TONGCHI_BV": money(totals.charged),
            "T_TONGCHI_BH": money(totals.covered),
            "T_BNTT": money(totals.patient),
            "T_BNCCT": money(totals.shared),
            "T_BHTT": money(totals.insurer),
            "T_NGUONKHAC": money(totals.other),
            "T_BHTT_GDV": money(totals.insurer),
            "NAM_QT": f"{plan.end:%Y}",
            "THANG_QT": f"{plan.end:%m}",
            "MA_LOAI_KCB": plan.kind,
            "MA_KHOA": self.department,
            "MA_CSKCB": plan.facility.code,
            "MA_KHUVUC": "",
            "CAN_NANG": weight(plan),
            "CAN_NANG_CON": ";".join(birth_weight(baby.number) for baby in plan.newborns),
            "NAM_NAM_LIEN_TUC": "",
            "NGAY_TAI_KHAM": f"{plan.appointment:{DAY}}" if plan.appointment else "",
            "MA_HSBA": f"{plan.start:%y}.{self.serial}",
            "MA_TTDV": self.head,
            "DU_PHONG": MARK,
        }

    def _accident(self) -> str:
        """MA_TAI_NAN: traffic, poisoning, other."""
        if self.plan.icd10.startswith("T6"):
            return "7"
        if self.plan.icd10[0] in "ST":
            return "1" if self.rng.random() < 0.45 else "8"
        return ""

    def _line(self, number: int, line: Line) -> dict[str, str]:
        money, nothing = self._money, self._money(0)
        return {
            "MA_LK": self.plan.code,
            "STT": str(number),
            "MA_NHOM": line.item.group if isinstance(line.item, Service) else "4" if line.medicine else "10",
            "PHAM_VI": "1" if self.plan.insured else "2",
            "TYLE_TT_BH": str(line.fund_rate),
            "SO_LUONG": exact_text(line.quantity, self.places),
            "THANH_TIEN_BV": money(line.charged),
            "THANH_TIEN_BH": money(line.covered),
            "T_NGUONKHAC_NSNN": money(line.other),
            "T_NGUONKHAC_VTNN": nothing,
            "T_NGUONKHAC_VTTN": nothing,
            "T_NGUONKHAC_CL": nothing,
            "T_NGUONKHAC": money(line.other),
            "MUC_HUONG": str(line.level),
            "T_BNTT": money(line.patient),
            "T_BNCCT": money(line.shared),
            "T_BHTT": money(line.insurer),
            "MA_KHOA": line.department,
            "MA_BAC_SI": line.doctor,
            "NGAY_YL": instant(line.ordered_at),
            "NGAY_TH_YL": instant(line.done_at),
            "MA_PTTT": "1",
            "VET_THUONG_TP": "",
            "DU_PHONG": "",
        }

    def _medicine(self, number: int, line: Line) -> dict[str, str]:
        item = line.item
        assert isinstance(item, Medicine)
        return self._line(number, line) | {
            "MA_THUOC": item.code,
            "MA_PP_CHEBIEN": "",
            "MA_CSKCB_THUOC": "",
            "TEN_THUOC": item.ingredient,
            "DON_VI_TINH": item.unit,
            "HAM_LUONG": item.strength,
            "DUONG_DUNG": item.route,
            "DANG_BAO_CHE": item.form,
            "LIEU_DUNG": line.dose,
            "CACH_DUNG": line.usage,
            "SO_DANG_KY": f"893{110_000_000 + item.number * 1717:09d}",
            "TT_THAU": f"{100 + item.number}/QĐ-SYT;G1;N{item.number % 5 + 1};{line.ordered_at.year}",
            "DON_GIA": exact_text(line.price, self.places),
            "MA_DICH_VU": "",
            "NGUON_CTRA": "1",
        }

    def _service(self, number: int, line: Line) -> dict[str, str]:
        item = line.item
        assert isinstance(item, Service | Supply)
        supply = isinstance(item, Supply)
        measured = isinstance(item, Service) and item.group in {"1", "2", "3", "8", "18"}
        return self._line(number, line) | {
            "MA_DICH_VU": "" if supply else item.code,
            "MA_PTTT_QT": "",
            "MA_VAT_TU": item.code if supply else "",
            "GOI_VTYT": "G1" if supply else "",
            "TEN_VAT_TU": item.name if supply else "",
            "TEN_DICH_VU": "" if supply else item.name,
            "MA_XANG_DAU": "",
            "DON_VI_TINH": item.unit,
            "DON_GIA_BV": exact_text(line.price, self.places),
            "DON_GIA_BH": exact_text(line.fund_price, self.places),
            "TT_THAU": f"{400 + item.number}/QĐ-SYT;G3;N{item.number % 5 + 1};{line.ordered_at.year}" if supply else "",
            "TYLE_TT_DV": str(line.service_rate),
            "T_TRANTT": "",
            "MA_GIUONG": line.bed,
            "NGUOI_THUC_HIEN": line.performer,
            "MA_BENH": self.plan.icd10,
            "MA_BENH_YHCT": "",
            "NGAY_KQ": instant(line.result_at) if measured or line.bed else "",
            "PP_VO_CAM": "2" if isinstance(item, Service) and item.group == "8" else "",
            "VI_TRI_TH_DVKT": "",
            "MA_MAY": _machine(item, self.plan.facility) if measured else "",
            "MA_HIEU_SP": "",
            "TAI_SU_DUNG": "",
        }

    def _readings(self) -> Rows:
        return [
            {
                "MA_LK": self.plan.code,
                "STT": str(number),
                "MA_DICH_VU": reading.service.code,
                "MA_CHI_SO": reading.code,
                "TEN_CHI_SO": reading.name,
                "GIA_TRI": reading.value,
                "DON_VI_DO": reading.unit,
                "MO_TA": self._text(reading.description),
                "KET_LUAN": self._text(reading.conclusion),
                "NGAY_KQ": instant(reading.at),
                "MA_BS_DOC_KQ": reading.doctor,
                "DU_PHONG": "",
            }
            for number, reading in enumerate(self.orders.readings, 1)
        ]

    def _notes(self) -> list[tuple[datetime, str]]:
        """Progress notes: on arrival and every morning of the first days."""
        plan = self.plan
        notes = [(min(plan.start + timedelta(minutes=30), plan.end), f"{self.care.complaint}. {self.care.findings}.")]
        better = ("Còn mệt, sinh hiệu ổn.", "Đỡ, ăn uống được, sinh hiệu ổn.", "Ổn định, tiếp tục điều trị.")
        for day in range(1, min((plan.end.date() - plan.start.date()).days, 10)):
            at = datetime.combine(plan.start.date() + timedelta(days=day), datetime.min.time()) + timedelta(hours=8)
            notes.append((at, better[min(day - 1, 2)]))
        return notes

    def _progress(self) -> Rows:
        if self.plan.kind not in INPATIENT_KINDS:
            return []
        return [
            {
                "MA_LK": self.plan.code,
                "STT": str(number),
                "DIEN_BIEN_LS": self._text(text),
                "GIAI_DOAN_BENH": "",
                "HOI_CHAN": "",
                "PHAU_THUAT": self._text(self.care.treatment) if number == 1 and self._operated() else "",
                "THOI_DIEM_DBLS": instant(at),
                "NGUOI_THUC_HIEN": self.doctor_code,
                "DU_PHONG": "",
            }
            for number, (at, text) in enumerate(self._notes(), 1)
        ]

    def _operated(self) -> bool:
        return any(isinstance(line.item, Service) and line.item.group == "8" for line in self.orders.lines)

    def _parents(self) -> dict[str, str]:
        person = self.plan.person
        young = person.age(self.plan.start.date()) < CHILD_OF_PARENTS
        return {
            "HO_TEN_CHA": person.father.name if young and person.father else "",
            "HO_TEN_ME": person.mother.name if young and person.mother else "",
        }

    def _discharge_paper(self) -> dict[str, str]:
        plan, person = self.plan, self.plan.person
        rest = plan.result in "12" and person.employed(plan.start.date()) and self.days > 2
        first = plan.end.date() + timedelta(days=1)
        young_mother = person.mother if person.age(plan.start.date()) < CHILD_OF_PARENTS else None
        return {
            "MA_LK": plan.code,
            "SO_LUU_TRU": f"{plan.end:%y}.{self.serial}",
            "MA_YTE": f"{plan.facility.code}.{plan.start:%y}.{self.registration.patient_number}",
            "MA_KHOA_RV": self.department,
            "NGAY_VAO": instant(plan.start),
            "NGAY_RA": instant(plan.end),
            "MA_DINH_CHI_THAI": "0",
            "NGUYENNHAN_DINHCHI": "",
            "THOIGIAN_DINHCHI": "",
            "TUOI_THAI": "",
            "CHAN_DOAN_RV": self.diagnosis,
            "PP_DIEUTRI": self._text(self.care.treatment),
            "GHI_CHU": "",
            "MA_TTDV": self.head,
            "MA_BS": f"99{plan.facility.code}{int(self.department[1:3]):03d}",
            "TEN_BS": self.doctor_name,
            "NGAY_CT": f"{plan.end:{DAY}}",
            "MA_CHA": "",
            "MA_ME": young_mother.insurance if young_mother else "",
            "MA_THE_TAM": "",
            **self._parents(),
            "SO_NGAY_NGHI": "5" if rest else "",
            "NGOAITRU_TUNGAY": f"{first:{DAY}}" if rest else "",
            "NGOAITRU_DENNGAY": f"{first + timedelta(days=4):{DAY}}" if rest else "",
            "DU_PHONG": "",
        }

    def _results_text(self) -> str:
        readings = [f"{r.name}: {r.value} {r.unit}".strip() for r in self.orders.readings if r.value][:8]
        images = [f"{r.name}: {r.conclusion}" for r in self.orders.readings if r.conclusion]
        return self._text("; ".join([*readings, *images])) or "Không có kết quả cận lâm sàng đặc biệt"

    def _course(self) -> str:
        return self._text(f"{self.care.complaint}. {self.care.findings}. Điều trị {self.days} ngày.")

    def _record_summary(self) -> dict[str, str]:
        plan = self.plan
        return {
            "MA_LK": plan.code,
            "MA_LOAI_KCB": plan.kind,
            **self._parents(),
            "NGUOI_GIAM_HO": "",
            "DON_VI": "",
            "NGAY_VAO": instant(plan.start),
            "NGAY_RA": instant(plan.end),
            "CHAN_DOAN_VAO": content.diagnosis_names()[plan.icd10],
            "CHAN_DOAN_RV": self.diagnosis,
            "QT_BENHLY": self._course(),
            "TOMTAT_KQ": self._results_text(),
            "PP_DIEUTRI": self._text(self.care.treatment),
            "NGAY_SINHCON": "",
            "NGAY_CONCHET": "",
            "SO_CONCHET": "",
            "KET_QUA_DTRI": plan.result,
            "GHI_CHU": "",
            "MA_TTDV": self.head,
            "NGAY_CT": f"{plan.end:{DAY}}",
            "MA_THE_TAM": "",
            "DU_PHONG": "",
        }

    def _birth_certificate(self, place: int) -> dict[str, str]:
        plan, mother, baby = self.plan, self.plan.person, self.plan.newborns[place]
        operated = self._operated()
        midwife = doctor(plan.facility.code, "K27", 7)[1]
        order = int(baby.code.rpartition("-")[2])
        return {
            "MA_LK": plan.code,
            "MA_BHXH_NND": mother.insurance,
            "MA_THE_NND": self.cards[0].number if self.cards else "",
            "HO_TEN_NND": mother.name,
            "NGAYSINH_NND": f"{mother.born:{DAY}}",
            "MA_DANTOC_NND": ethnic_code(mother.ethnic),
            "SO_CCCD_NND": mother.citizen,
            "NGAYCAP_CCCD_NND": f"{max(date(2021, 6, 1), mother.born.date() + timedelta(days=16 * 365)):{DAY}}",
            "NOICAP_CCCD_NND": "Cục Cảnh sát quản lý hành chính về trật tự xã hội",
            "NOI_CU_TRU_NND": self._address(),
            "MA_QUOCTICH": "000",
            "MATINH_CU_TRU": self.address.province_code,
            "MAHUYEN_CU_TRU": self.address.district_code,
            "MAXA_CU_TRU": self.address.commune_code,
            "HO_TEN_CHA": baby.father.name if baby.father else "",
            "MA_THE_TAM": f"TE1{self.address.province_code}KT{baby.number % 100_000_000:08d}",
            "HO_TEN_CON": baby.name,
            "GIOI_TINH_CON": baby.sex,
            "SO_CON": str(len(plan.newborns)),
            "LAN_SINH": str(order),
            "SO_CON_SONG": str(order),
            "CAN_NANG_CON": birth_weight(baby.number),
            "NGAY_SINH_CON": instant(baby.born),
            "NOI_SINH_CON": f"{plan.facility.name}, {self.address.text}",
            "TINH_TRANG_CON": "Khoẻ mạnh",
            "SINHCON_PHAUTHUAT": "1" if operated else "0",
            "SINHCON_DUOI32TUAN": "0",
            "GHI_CHU": "Sinh con phải phẫu thuật" if operated else "Không",
            "NGUOI_DO_DE": midwife,
            "NGUOI_GHI_PHIEU": midwife,
            "NGAY_CT": f"{plan.end:{DAY}}",
            "SO": f"{self.serial[-5:]}/{plan.facility.code}",
            "QUYEN_SO": f"{plan.end:%Y}",
            "MA_TTDV": self.head,
            "DU_PHONG": "",
        }

    def _rests(self) -> bool:
        """Does the patient take a certificate for the employer?"""
        plan = self.plan
        wants = plan.insured and not plan.regular and plan.person.employed(plan.start.date())
        return wants and plan.kind == "01" and self.serial[-1] in "13"

    def _pregnancy_rest(self) -> dict[str, str]:
        plan = self.plan
        last = plan.start.date() + timedelta(days=6)
        return {
            "MA_LK": plan.code,
            "SO_SERI": f"{plan.facility.code}{plan.start:%y}{self.serial}",
            "SO_CT": self.serial,
            "SO_NGAY": "7",
            "DON_VI": "Công ty TNHH Mẫu",
            "CHAN_DOAN_RV": self.diagnosis,
            "TU_NGAY": f"{plan.start:{DAY}}",
            "DEN_NGAY": f"{last:{DAY}}",
            "MA_TTDV": self.head,
            "TEN_BS": self.doctor_name,
            "MA_BS": f"99{plan.facility.code}{int(self.department[1:3]):03d}",
            "NGAY_CT": f"{plan.end:{DAY}}",
            "DU_PHONG": "",
        }

    def _sick_leave(self) -> dict[str, str]:
        plan = self.plan
        days = int(self.serial[-2]) % 3 + 1
        return {
            "MA_LK": plan.code,
            "SO_CT": self.serial,
            "SO_SERI": f"{plan.facility.code}{plan.start:%y}{self.serial}",
            "SO_KCB": f"{plan.start:%y}.{self.serial}",
            "DON_VI": "Công ty TNHH Mẫu",
            "MA_BHXH": plan.person.insurance,
            "MA_THE_BHYT": ";".join(card.number for card in self.cards),
            "CHAN_DOAN_RV": self.diagnosis,
            "PP_DIEUTRI": self._text(self.care.treatment),
            "MA_DINH_CHI_THAI": "0",
            "NGUYENNHAN_DINHCHI": "",
            "TUOI_THAI": "",
            "SO_NGAY_NGHI": str(days),
            "TU_NGAY": f"{plan.start:{DAY}}",
            "DEN_NGAY": f"{plan.start.date() + timedelta(days=days - 1):{DAY}}",
            "HO_TEN_CHA": "",
            "HO_TEN_ME": "",
            "MA_TTDV": self.head,
            "MA_BS": self.doctor_code if self.generation == "3176" else f"99{plan.facility.code}002",
            "NGAY_CT": f"{plan.start:{DAY}}",
            "MA_THE_TAM": "",
            "MAU_SO": "CT07",
            "DU_PHONG": "",
        }

    def _transfer_letter(self) -> dict[str, str]:
        plan, person = self.plan, self.plan.person
        assert plan.referred_to is not None
        common = {
            "MA_LK": plan.code,
            "SO_HOSO": f"{plan.start:%y}.{self.serial}",
            "SO_CHUYENTUYEN": self.serial[-5:],
            "GIAY_CHUYEN_TUYEN": self._referral_number,
            "MA_CSKCB": plan.facility.code,
            **self._who(),
            "MA_QUOCTICH": "000",
            "MA_DANTOC": ethnic_code(person.ethnic),
            "MA_NGHE_NGHIEP": person.occupation,
            "DAU_HIEU_LS": self._text(self.care.findings),
            "QT_BENHLY": self._course(),
            "TOMTAT_KQ": self._results_text(),
            "PP_DIEUTRI": self._text(self.care.treatment),
            "MA_BENH_YHCT": "",
            "MA_LOAI_RV": plan.leaving,
            "MA_LYDO_CT": "1",
            "HUONG_DIEU_TRI": "Chuyển cơ sở khám bệnh, chữa bệnh có chuyên khoa",
            "PHUONGTIEN_VC": "Xe cứu thương",
            "HOTEN_NGUOI_HT": "",
            "CHUCDANH_NGUOI_HT": "",
            "MA_BAC_SI": self.doctor_code,
            "MA_TTDV": self.head,
            "DU_PHONG": "",
        }
        if self.generation == "3176":
            return common | {
                "MA_CSKCB_DI": "",
                "MA_CSKCB_DEN": plan.referred_to.code,
                "TINH_TRANG_CT": "Tỉnh, sinh hiệu tạm ổn",
            }
        services = ";".join(dict.fromkeys(x.item.name for x in self.orders.lines if isinstance(x.item, Service)))
        medicines = ";".join(
            dict.fromkeys(x.item.ingredient for x in self.orders.lines if isinstance(x.item, Medicine))
        )
        return common | {
            "MA_NOI_DI": "",
            "MA_NOI_DEN": plan.referred_to.code,
            "TEN_DICH_VU": services,
            "TEN_THUOC": medicines,
            "PP_DIEU_TRI": self._text(self.care.treatment),
        }

    def _appointment(self) -> dict[str, str]:
        plan = self.plan
        assert plan.appointment is not None
        return {
            "MA_LK": plan.code,
            "SO_GIAYHEN_KL": f"HK{self.serial}",
            "MA_CSKCB": plan.facility.code,
            **self._who(),
            "NGAY_HEN_KL": f"{plan.appointment:{DAY}}" + ("" if self.generation == "3176" else "0800"),
            "MA_BENH_YHCT": "",
            "MA_DOITUONG_KCB": subject(plan),
            "MA_BAC_SI": self.doctor_code,
            "MA_TTDV": self.head,
            "NGAY_CT": f"{plan.end:{DAY}}",
            "DU_PHONG": "",
        }

    def _hiv(self) -> dict[str, str]:
        """Table 6 for a person stable under treatment: no tuberculosis, first regimen kept."""
        plan, facility = self.plan, self.plan.facility.code
        begun = date(2018, 1, 1) + timedelta(days=plan.person.number * 37 % 1800)
        until = plan.start.date() + timedelta(days=max(self.orders.medicine_days, 1))
        return {
            "MA_LK": plan.code,
            "MA_THE_BHYT": ";".join(card.number for card in self.cards),
            "SO_CCCD": self.registration.citizen,
            "NGAY_SINH": self.registration.born,
            "GIOI_TINH": plan.person.sex,
            "DIA_CHI": self._address(),
            "MATINH_CU_TRU": self.address.province_code,
            "MAHUYEN_CU_TRU": self.address.district_code,
            "MAXA_CU_TRU": self.address.commune_code,
            "NGAYKD_HIV": f"{begun:{DAY}}",
            "NOI_LAY_MAU_XN": facility,
            "NOI_XN_KD": facility,
            "NOI_BDDT_ARV": facility,
            "BDDT_ARV": f"{begun + timedelta(days=14):{DAY}}",
            "MA_PHAC_DO_DIEU_TRI_BD": "NL.01",
            "MA_BAC_PHAC_DO_BD": "1",
            "MA_LYDO_DTRI": "1",
            "LOAI_DTRI_LAO": "0",
            "SANG_LOC_LAO": "2",
            "PHACDO_DTRI_LAO": "",
            "NGAYBD_DTRI_LAO": "",
            "NGAYKT_DTRI_LAO": "",
            "KQ_DTRI_LAO": "7",
            "MA_LYDO_XNTL_VR": "",
            "NGAY_XN_TLVR": "",
            "KQ_XNTL_VR": "",
            "NGAY_KQ_XN_TLVR": "",
            "MA_LOAI_BN": "1",
            "GIAI_DOAN_LAM_SANG": "1",
            "NHOM_DOI_TUONG": "11",
            "MA_TINH_TRANG_DK": "9",
            "LAN_XN_PCR": "",
            "NGAY_XN_PCR": "",
            "NGAY_KQ_XN_PCR": "",
            "MA_KQ_XN_PCR": "",
            "NGAY_NHAN_TT_MANG_THAI": "",
            "NGAY_BAT_DAU_DT_CTX": "",
            "MA_XU_TRI": "1",
            "NGAY_BAT_DAU_XU_TRI": f"{plan.start:{DAY}}",
            "NGAY_KET_THUC_XU_TRI": f"{until:{DAY}}",
            "MA_PHAC_DO_DIEU_TRI": "NL.01",
            "MA_BAC_PHAC_DO": "1",
            "SO_NGAY_CAP_THUOC_ARV": str(self.orders.medicine_days),
            "NGAY_CHUYEN_PHAC_DO": f"{begun + timedelta(days=14):{DAY}}",
            "LY_DO_CHUYEN_PHAC_DO": "6",
            "MA_CSKCB": facility,
            "DU_PHONG": "",
        }

    def _tuberculosis(self) -> dict[str, str]:
        """Table 15 for new, drug-sensitive pulmonary tuberculosis under the six-month regimen."""
        plan = self.plan
        begun = plan.start.date() - timedelta(days=plan.person.number * 11 % 60)
        return {
            "MA_LK": plan.code,
            "STT": "1",
            "MA_BN": self.registration.patient_number,
            "HO_TEN": self.registration.name,
            "SO_CCCD": self.registration.citizen,
            "PHANLOAI_LAO_VITRI": "1",
            "PHANLOAI_LAO_TS": "1",
            "PHANLOAI_LAO_HIV": "2",
            "PHANLOAI_LAO_VK": "1",
            "PHANLOAI_LAO_KT": "1",
            "LOAI_DTRI_LAO": "2",
            "NGAYBD_DTRI_LAO": f"{begun:{DAY}}",
            "PHACDO_DTRI_LAO": "1",
            "NGAYKT_DTRI_LAO": "",
            "KET_QUA_DTRI_LAO": "2",
            "MA_CSKCB": plan.facility.code,
            "NGAYKD_HIV": "",
            "BDDT_ARV": f"{begun:{DAY}}",
            "NGAY_BAT_DAU_DT_CTX": f"{begun:{DAY}}",
            "DU_PHONG": "",
        }

    # Tables of QĐ 4210.

    def _tables_4210(self) -> dict[str, Rows]:
        lines = self.orders.lines
        return {
            "XML1": [self._summary_4210()],
            "XML2": [self._medicine_4210(n, line) for n, line in enumerate((x for x in lines if x.medicine), 1)],
            "XML3": [self._service_4210(n, line) for n, line in enumerate((x for x in lines if not x.medicine), 1)],
            "XML4": self._readings_4210(),
            "XML5": [
                {
                    "MA_LK": self.plan.code,
                    "STT": str(n),
                    "DIEN_BIEN": self._text(text),
                    "HOI_CHAN": "",
                    "PHAU_THUAT": "",
                    "NGAY_YL": instant(at),
                }
                for n, (at, text) in enumerate(self._notes(), 1)
            ]
            if self.plan.inpatient
            else [],
        }

    def _summary_4210(self) -> dict[str, str]:
        plan, totals, money = self.plan, self.totals, self._money
        born = self.registration.born
        return {
            "MA_LK": plan.code,
            "STT": "1",
            "MA_BN": self.registration.patient_number,
            "HO_TEN": self.registration.name,
            "NGAY_SINH": born[:4] if born[4:8] == "0000" else born[:8],
            "GIOI_TINH": plan.person.sex,
            "DIA_CHI": self._address(),
            "MA_THE": ";".join(card.number for card in self.cards),
            "MA_DKBD": ";".join(card.registered_at for card in self.cards),
            "GT_THE_TU": ";".join(f"{card.first:{DAY}}" for card in self.cards),
            "GT_THE_DEN": ";".join(f"{card.last:{DAY}}" for card in self.cards),
            "MIEN_CUNG_CT": "",
            "TEN_BENH": self.diagnosis,
            "MA_BENH": plan.icd10,
            "MA_BENHKHAC": ";".join(plan.others),
            "MA_LYDO_VVIEN": "2" if plan.icd10[:3] in SUDDEN else "1",
            "MA_NOI_CHUYEN": plan.referred_from.code if plan.referred_from else "",
            "MA_TAI_NAN": self._accident() or "0",
            "NGAY_VAO": instant(plan.start),
            "NGAY_RA": instant(plan.end),
            "SO_NGAY_DTRI": str(self.days),
            "KET_QUA_DTRI": "4" if plan.result == "6" else plan.result,
            "TINH_TRANG_RV": plan.leaving,
            "NGAY_TTOAN": instant(plan.end),
            "T_THUOC": money(totals.medicines),
            "T_VTYT": money(totals.supplies),
            "T_TONGCHI": money(totals.charged),
            "T_BNTT": money(totals.patient),
            "T_BNCCT": money(totals.shared),
            "T_BHTT": money(totals.insurer),
            "T_NGUONKHAC": money(totals.other),
            "T_NGOAIDS": money(0),
            "NAM_QT": f"{plan.end:%Y}",
            "THANG_QT": f"{plan.end:%m}",
            "MA_LOAI_KCB": KIND_OF_4210[plan.kind],
            "MA_KHOA": self.department,
            "MA_CSKCB": plan.facility.code,
            "MA_KHUVUC": "",
            "MA_PTTT_QT": "",
            "CAN_NANG": weight(plan) if (plan.start.date() - plan.person.born.date()).days < 365 else "",
        }

    def _line_4210(self, number: int, line: Line) -> dict[str, str]:
        money, nothing = self._money, self._money(0)
        return {
            "MA_LK": self.plan.code,
            "STT": str(number),
            "MA_NHOM": line.item.group if isinstance(line.item, Service) else "4" if line.medicine else "10",
            "DON_VI_TINH": line.item.unit,
            "PHAM_VI": "1" if self.plan.insured else "2",
            "TYLE_TT": str(line.fund_rate if line.service_rate == 100 else line.service_rate),
            "SO_LUONG": exact_text(line.quantity, self.places),
            "DON_GIA": exact_text(line.price, self.places),
            "THANH_TIEN": money(line.charged),
            "MUC_HUONG": str(line.level),
            "T_BNTT": money(line.patient),
            "T_BHTT": money(line.insurer),
            "T_BNCCT": money(line.shared),
            "T_NGOAIDS": nothing,
            "MA_KHOA": line.department,
            "MA_BAC_SI": line.doctor,
            "MA_BENH": self.plan.icd10,
            "NGAY_YL": instant(line.ordered_at),
            "MA_PTTT": "1",
        }

    def _medicine_4210(self, number: int, line: Line) -> dict[str, str]:
        item = line.item
        assert isinstance(item, Medicine)
        return self._line_4210(number, line) | {
            "MA_THUOC": item.code,
            "TEN_THUOC": item.ingredient,
            "HAM_LUONG": item.strength,
            "DUONG_DUNG": item.route,
            "LIEU_DUNG": line.dose,
            "SO_DANG_KY": f"VD-{10_000 + item.number * 17}-21",
            "TT_THAU": f"{line.ordered_at.year};01;{100 + item.number:04d}",
            "T_NGUON_KHAC": self._money(line.other),
        }

    def _service_4210(self, number: int, line: Line) -> dict[str, str]:
        item = line.item
        assert isinstance(item, Service | Supply)
        supply = isinstance(item, Supply)
        return self._line_4210(number, line) | {
            "MA_DICH_VU": "" if supply else item.code,
            "MA_VAT_TU": item.code if supply else "",
            "GOI_VTYT": "G1" if supply else "",
            "TEN_VAT_TU": item.name if supply else "",
            "TEN_DICH_VU": "" if supply else item.name,
            "TT_THAU": f"{line.ordered_at.year};01;{400 + item.number:04d}" if supply else "",
            "T_TRANTT": "",
            "T_NGUONKHAC": self._money(line.other),
            "MA_GIUONG": line.bed,
            "NGAY_KQ": instant(line.result_at),
        }

    def _readings_4210(self) -> Rows:
        return [
            {
                "MA_LK": self.plan.code,
                "STT": str(n),
                "MA_DICH_VU": r.service.code,
                "MA_CHI_SO": r.code,
                "TEN_CHI_SO": r.name,
                "GIA_TRI": r.value,
                "MA_MAY": _machine(r.service, self.plan.facility),
                "MO_TA": r.description,
                "KET_LUAN": r.conclusion,
                "NGAY_KQ": instant(r.at),
            }
            for n, r in enumerate(self.orders.readings, 1)
        ]


def birth_weight(number: int) -> str:
    """Grams."""
    return str(2500 + number * 7919 % 1400)


_MACHINES = {"1": "HH", "2": "XQ", "3": "DC", "8": "PT", "18": "TT"}


def _machine(item: Service | Supply, facility: Facility) -> str:
    group = item.group if isinstance(item, Service) else ""
    return f"{_MACHINES.get(group, 'TT')}.1.{facility.code}.{item.number + 100}"


def build(plan: Plan, *, seed: str) -> Written:
    """The tables of a visit."""
    return Writer(plan, seed).write()


def check_in(plan: Plan, *, seed: str) -> dict[str, str]:
    """The row of XML0 that the facility sends when the patient arrives."""
    on = plan.start.date()
    written = registration(plan.person, plan.facility, seed=seed, on=on)
    held = cards(plan.person, first=on, last=on) if plan.insured else []
    care = content.care()[plan.icd10[:3]]
    item = content.services()["exam_4" if plan.facility.station else "exam_3"]
    return {
        "MA_LK": plan.code,
        "STT": "1",
        "MA_BN": written.patient_number,
        "HO_TEN": written.name,
        "SO_CCCD": written.citizen,
        "NGAY_SINH": written.born,
        "GIOI_TINH": plan.person.sex,
        "MA_THE_BHYT": held[0].number if held else "",
        "MA_DKBD": held[0].registered_at if held else "",
        "GT_THE_TU": f"{held[0].first:{DAY}}" if held else "",
        "GT_THE_DEN": f"{held[0].last:{DAY}}" if held else "",
        "MA_DOITUONG_KCB": subject(plan),
        "NGAY_VAO": instant(plan.start),
        "NGAY_VAO_NOI_TRU": instant(plan.start + timedelta(minutes=8)) if plan.inpatient else "",
        "LY_DO_VNT": care.complaint if plan.inpatient else "",
        "MA_LY_DO_VNT": "",
        "MA_LOAI_KCB": plan.kind,
        "MA_CSKCB": plan.facility.code,
        "MA_DICH_VU": item.code,
        "TEN_DICH_VU": item.name,
        "MA_THUOC": "",
        "TEN_THUOC": "",
        "MA_VAT_TU": "",
        "TEN_VAT_TU": "",
        "NGAY_YL": instant(plan.start + timedelta(minutes=3)),
        "DU_PHONG": MARK,
    }


def chapter_and_disease(plan: Plan) -> tuple[str, str]:
    """Chapter of the main diagnosis, and the notifiable disease by the list of the day of arrival."""
    return content.chapter(plan.icd10), content.disease(plan.icd10, plan.start.date())


__all__: Sequence[str] = ("MARK", "Writer", "Written", "build", "chapter_and_disease", "check_in", "generation_on")
