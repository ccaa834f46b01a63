from django.db import migrations, models


class Migration(migrations.Migration):
    """An alarm always says what it expected, and whether the commune's own past told it. No outbreak had been raised."""

    dependencies = [("infectious_disease", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="outbreak",
            name="past_known",
            field=models.BooleanField(default=True),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="outbreak",
            name="expected",
            field=models.FloatField(default=0),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="caseevent",
            name="act",
            field=models.CharField(
                choices=[
                    ("drafted", "Máy lập nháp từ tệp khám bệnh"),
                    ("attached", "Gắn thêm lượt khám"),
                    ("withdrawn", "Cơ sở rút lượt khám"),
                    ("changed", "Cơ sở gửi lại lượt khám với chẩn đoán khác"),
                    ("sent_again", "Cơ sở gửi lại lượt khám"),
                    ("completed", "Hoàn thiện phiếu"),
                    ("discarded", "Bỏ"),
                    ("reopened", "Mở lại"),
                    ("reported", "Đã báo cáo hệ thống quốc gia"),
                    ("handed_over", "Chuyển xã khác"),
                    ("received", "Xã nhận đã ký nhận"),
                ],
                max_length=11,
            ),
        ),
    ]
