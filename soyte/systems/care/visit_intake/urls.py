from django.urls import path

from soyte.systems.care.visit_intake.views import mends, quality, receipts, replays, report, trials, uploads, visits

# The same pages over one file, the files of a day, those of an upload, those chosen together.
_SCOPES = (
    ("bien-nhan/<str:number>/", "receipt", ""),
    ("ngay/<str:day>/", "day", ""),
    ("tai-len/<int:upload_id>/ket-qua/", "upload", "report"),
    ("tai-len/cung-luc/<uuid:batch>/ket-qua/", "batch", "report"),
)
_PAGES = (
    ("", "", report.report),
    ("luot/", "visits", report.visits),
    ("nguyen-nhan/", "cause", report.cause),
    ("loi.xlsx", "errors", report.errors),
    ("ban-sua/", "mend", mends.mend),
    ("ban-sua/tai-ve/", "copy", mends.copy),
)

prefix = "tep-kham-benh/"
app_name = "visit_intake"
urlpatterns = [
    path("", receipts.receipt_list, name="receipts"),
    path("danh-sach.xlsx", receipts.receipts_export, name="receipts_export"),
    path("thang/", receipts.month, name="month"),
    path("bi-giu/", visits.refused_list, name="refused"),
    path("luot/<int:visit_id>/", visits.visit, name="visit"),
    path("luot/<int:visit_id>/rut/", visits.withdraw, name="withdraw"),
    path("tai-len/", uploads.upload_list, name="uploads"),
    path("tai-len/<int:upload_id>/", uploads.upload, name="upload"),
    path("tai-len/cung-luc/<uuid:batch>/", uploads.batch, name="batch"),
    path("tai-len/<int:upload_id>/chay-tiep/", uploads.resume, name="upload_resume"),
    path("bien-nhan/<str:number>/an-danh/", report.masked_copy, name="receipt_masked"),
    path("kiem-tra-thu/", trials.trial, name="trial"),
    path("chat-luong/", quality.overview, name="quality"),
    path("chat-luong/bang.xlsx", quality.export, name="quality_export"),
    path("chat-luong/loi/", quality.rules, name="quality_rules"),
    path("chat-luong/phan-mem/", quality.programs, name="quality_programs"),
    path("chat-luong/co-so/<str:facility_code>/", quality.facility, name="quality_facility"),
    path("chat-luong/luot-bi-giu/", replays.refused, name="replays"),
    path("chat-luong/chay-lai/", replays.preview, name="replay_preview"),
    path("chat-luong/chay-lai/nhan/", replays.take, name="replay_take"),
    *(
        path(f"{route}{below}", view, {"kind": kind}, name="_".join(filter(None, [kind, page or alone])))
        for route, kind, alone in _SCOPES
        for below, page, view in _PAGES
    ),
]
