from django.urls import path

from soyte.systems.safety.identity.views import accounts, audit, explanations, gateways, posts, units

prefix = "quan-tri/"
app_name = "identity"
urlpatterns = [
    path("don-vi/", units.unit_list, name="units"),
    path("don-vi/them/", units.unit_make, name="unit_make"),
    path("don-vi/<int:unit_id>/", units.unit_page, name="unit"),
    path("don-vi/<int:unit_id>/dat-ten/", units.unit_name, name="unit_name"),
    path("don-vi/<int:unit_id>/sua/", units.unit_correct, name="unit_correct"),
    path("don-vi/<int:unit_id>/doi-ten/", units.unit_rename, name="unit_rename"),
    path("don-vi/<int:unit_id>/ket-thuc/", units.unit_end, name="unit_end"),
    path("tai-khoan/", accounts.account_list, name="accounts"),
    path("tai-khoan/them/", accounts.account_make, name="account_make"),
    path("tai-khoan/<int:account_id>/", accounts.account_page, name="account"),
    path("tai-khoan/<int:account_id>/sua/", accounts.account_edit, name="account_edit"),
    path("tai-khoan/<int:account_id>/khoa/", accounts.account_lock, name="account_lock"),
    path("tai-khoan/<int:account_id>/mo-khoa/", accounts.account_unlock, name="account_unlock"),
    path("tai-khoan/<int:account_id>/dat-lai-mat-khau/", accounts.password_reset, name="password_reset"),
    path("tai-khoan/<int:account_id>/giao-chuc-danh/", posts.post_give, name="post_give"),
    path("chuc-danh/", posts.role_list, name="roles"),
    path("chuc-danh/<int:post_id>/thoi/", posts.post_end, name="post_end"),
    path("cong/", gateways.gateway_list, name="gateways"),
    path("cong/don-vi/<int:unit_id>/them/", gateways.gateway_make, name="gateway_make"),
    path("cong/<int:account_id>/mat-khau/", gateways.gateway_password, name="gateway_password"),
    path("vi-sao/", explanations.why_page, name="why"),
    path("nhat-ky/tu-choi/", audit.refused_list, name="refused"),
    path("nhat-ky/chuoi/", audit.chain_page, name="chain"),
]
